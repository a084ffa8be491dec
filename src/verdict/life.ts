import type { HowItEnded } from '../exit-words.js';
import type { OpenAtExit, SanitizerReport } from './checkers.js';
import type { HeldGroup } from './finding.js';
import type { Unheard } from './unheard.js';

/** How a server that was started came to its end. */
export interface Stop {
  readonly how: 'itself' | 'term' | 'kill';
  readonly exit: HowItEnded | undefined;
  /** undefined: SIGTERM. */
  readonly asked?: 'SIGTERM' | 'SIGINT';
  readonly tookMs: number;
  readonly leftBehind: ReadonlyArray<{ readonly pid: number; readonly comm: string }>;
  readonly portFree: boolean | undefined;
  readonly survivors: readonly number[];
}

/** What became of a server that was driven to its limit of descriptors by silent clients. */
export interface AtLimit {
  readonly openFiles: number;
  /** Clients that were connected at the same time. */
  readonly clients: number;
  /** The most that one process had, and whether that was its limit. */
  readonly fullestFds: number;
  readonly reached: boolean;
  /** Of one CPU, while it was at its limit; undefined where that was not measured. */
  readonly cpuPercent: number | undefined;
  /** Processes that are gone and should be there. */
  readonly died: ReadonlyArray<HowItEnded & { readonly pid: number }>;
  readonly replaced: ReadonlyArray<{ readonly pid: number; readonly replacedBy: number }>;
  /** From the last client's going until it served one again; undefined: not within `waitedMs`. */
  readonly servedAfterMs: number | undefined;
  readonly waitedMs: number;
  /** Connections that wait in its accept queue in the end. */
  readonly queued: number;
  readonly fdsBefore: number;
  readonly fdsAfter: number;
  /** Connections of those clients that it still has. */
  readonly kept: readonly HeldGroup[];
}

/** What became of a server that was made to reload while clients churned. */
export interface Reloaded {
  readonly signal: string;
  readonly everyCycles: number | undefined;
  readonly everyMs: number | undefined;
  readonly sent: number;
  /** Processes beside the first one, before; and those of them that are gone. */
  readonly workers: number;
  readonly replaced: number;
  /** How many more processes there are in the end, and which of the older ones. */
  readonly more: number;
  readonly stale: readonly number[];
  /** Connections that were open, in the middle of a request, during a reload; and those that were cut off. */
  readonly watched: number;
  readonly cutOff: number;
  /** It ends such connections by itself too, so that nothing follows from their end. */
  readonly endsByItself: boolean;
}

/** What clients did while it was asked to stop. */
export interface ChurnedAtStop {
  /** Cycles that were made until it was asked to stop. */
  readonly cycles: number;
  readonly concurrency: number;
  readonly held: number;
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
  /** undefined: it was not driven there. */
  readonly limit: AtLimit | undefined;
  /** Why it was not, although that was asked for. */
  readonly limitSkipped: 'failed' | 'interrupted' | undefined;
  readonly reloaded: Reloaded | undefined;
  /** undefined: it was stopped in peace, and how is no matter of the verdict. */
  readonly shutdown: ChurnedAtStop | undefined;
  /** What its own checkers said, from its output and from their logs. */
  readonly sanitizers: readonly SanitizerReport[];
  /** Checkers that had no chance to report. */
  readonly unheard: readonly Unheard[];
  /** With `valgrind --track-fds=yes`: what was open at exit, by the place where it was opened. */
  readonly openAtExit: readonly OpenAtExit[];
  readonly output: { readonly lines: readonly string[]; readonly file: string | undefined };
}
