import type { RunOptions } from './options.js' with { 'resolution-mode': 'import' };
import type { MatcherResult } from './survival.js' with { 'resolution-mode': 'import' };

declare global {
  namespace jest {
    // biome-ignore lint/complexity/noBannedTypes: the parameters are those of @types/jest.
    interface Matchers<R, T = {}> {
      toSurviveChurn(options?: RunOptions): Promise<R>;
    }
  }
}

declare module 'expect' {
  interface Matchers<R> {
    toSurviveChurn(options?: RunOptions): Promise<R>;
  }
}

export type { RunOptions };
export declare function toSurviveChurn(received: unknown, options?: RunOptions): Promise<MatcherResult>;
