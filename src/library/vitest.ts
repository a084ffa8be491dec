import { expect } from 'vitest';
import type { RunOptions } from './options.js';
import { toSurviveChurn } from './survival.js';

declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: the parameters are those of vitest.
  interface Matchers<T = any> {
    /** Opens and closes connections against a server, and fails when it forgets some. Takes a second or so: await it. */
    toSurviveChurn(options?: RunOptions): Promise<void>;
  }
}

expect.extend({ toSurviveChurn });

export type { RunOptions } from './options.js';
export { toSurviveChurn };
