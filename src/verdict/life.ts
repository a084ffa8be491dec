import type { HowItEnded } from '../exit-words.js';
import type { SanitizerReport } from './sanitizer.js';

/** How a server that was started came to its end. */
export interface Stop {
  readonly how: 'itself' | 'term' | 'kill';
  readonly exit: HowItEnded | undefined;
  readonly tookMs: number;
  readonly leftBehind: ReadonlyArray<{ readonly pid: number; readonly comm: string }>;
  readonly portFree: boolean | undefined;
  readonly survivors: readonly number[];
}

/** What only whoever starts and stops a server can see of it. Plain data. */
export interface Life {
  /** As it was given, and as it was run: with its port. */
  readonly given: readonly string[];
  readonly command: readonly string[];
  /** `--port auto` */
  readonly picksPort: boolean;
  readonly pid: number;
  readonly port: number | undefined;
  readonly readyMs: number;
  readonly isDaemon: boolean;
  readonly graceMs: number;
  readonly stopped: Stop;
  /** What its own checkers said, from its output. */
  readonly sanitizers: readonly SanitizerReport[];
  readonly output: { readonly lines: readonly string[]; readonly file: string | undefined };
}
