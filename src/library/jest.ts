import type {} from 'expect';
import type { RunOptions } from './options.js';
import { toSurviveChurn } from './survival.js';

declare global {
  namespace jest {
    // biome-ignore lint/complexity/noBannedTypes: the parameters are those of @types/jest.
    interface Matchers<R, T = {}> {
      /** Opens and closes connections against a server, and fails when it forgets some. Takes a second or so: await it. */
      toSurviveChurn(options?: RunOptions): Promise<R>;
    }
  }
}

declare module 'expect' {
  interface Matchers<R> {
    /** Opens and closes connections against a server, and fails when it forgets some. Takes a second or so: await it. */
    toSurviveChurn(options?: RunOptions): Promise<R>;
  }
}

// Where `injectGlobals` is off there is no global expect: the caller extends its own.
(globalThis as { expect?: { extend?(matchers: object): void } }).expect?.extend?.({ toSurviveChurn });

export type { RunOptions } from './options.js';
export { toSurviveChurn };
