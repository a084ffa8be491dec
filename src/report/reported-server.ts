import type { Count, Integer, Milliseconds, Pid } from '../units.js';
import type { Unheard } from '../verdict/unheard.js';

/** How a server came to its end. */
export interface ReportedStop {
  /** It was gone before it was asked; it ended after SIGTERM; it had to be killed. */
  readonly how: 'itself' | 'term' | 'kill';
  /** Of the command that was started; null where its parent was told nothing. */
  readonly signal: string | null;
  readonly status: Integer | null;
  /**
   * The signal that it was asked with: SIGINT where only that makes it leave by exit(), in which LeakSanitizer looks. Absent
   * in older reports: SIGTERM.
   */
  readonly asked?: 'SIGTERM' | 'SIGINT';
  readonly tookMs: number;
  /** Processes that outlived it, and were stopped after it. */
  readonly leftBehind: ReadonlyArray<{ readonly pid: Count; readonly comm: string }>;
  /** Nobody listens on the port any more; null where there is none. */
  readonly portFree: boolean | null;
  /** Pids that lived on in spite of SIGKILL. */
  readonly survivors: readonly Integer[];
}

/** What became of it when silent clients had all of its descriptors. */
export interface ReportedLimit {
  readonly openFiles: Count;
  readonly clients: Count;
  /** The most that one process had. */
  readonly fullestFds: Count;
  /** That was its limit. */
  readonly reached: boolean;
  /** Of one CPU, meanwhile. */
  readonly cpuPercent: Count | null;
  readonly died: readonly Pid[];
  /** Workers that ended there. */
  readonly replaced: Count;
  /** From the last client's going until another one was served; null: not within `waitedMs`. */
  readonly servedAfterMs: Milliseconds | null;
  readonly waitedMs: Milliseconds;
  readonly fdsBefore: Count;
  readonly fdsAfter: Count;
  /** Connections of those clients that it still has. */
  readonly kept: Count;
}

/** What became of it when it was made to reload while clients churned. */
export interface ReportedReload {
  readonly signal: string;
  readonly everyCycles: Count | null;
  readonly everyMs: Milliseconds | null;
  readonly sent: Count;
  /** Processes beside the first one, before. */
  readonly workers: Count;
  /** Those of them that are gone. */
  readonly replaced: Count;
  /** How many more processes there are in the end. */
  readonly more: Integer;
  /** Older ones that are still there. */
  readonly stale: readonly Pid[];
  /** Connections that had begun a request when it was signalled. */
  readonly watched: Count;
  readonly cutOff: Count;
  /** It ends such connections without a signal too. */
  readonly endsByItself: boolean;
}

/** A server that was started for the run. */
export interface ReportedServer {
  readonly command: readonly string[];
  readonly pid: Count;
  readonly port: Integer | null;
  /** Until it listened. */
  readonly readyMs: number;
  /** The command ended at once, and what it left in the background served. */
  readonly daemon: boolean;
  /** Of several starts with --repeat, which this was. */
  readonly turn?: Count;
  readonly turns?: Count;
  readonly stopped: ReportedStop;
  /** With --nofile: what it did when silent clients had all of its descriptors; null where it was not driven there. */
  readonly limit?: ReportedLimit | null;
  /** Why it was not driven there, although --nofile was given. */
  readonly limitSkipped?: 'failed' | 'interrupted' | null;
  /** With --reload: what became of it when it was signalled during the judged cycles. */
  readonly reload?: ReportedReload | null;
  /** With --shutdown: what clients did when it was asked to stop. */
  readonly shutdown?: {
    /** Made until it was asked. */
    readonly cycles: Count;
    readonly concurrency: Count;
    /** Silent clients of --hold. */
    readonly held: Count;
  } | null;
  /** Checkers of its own that had no chance to report, and why; empty where all had one. */
  readonly unheard?: ReadonlyArray<{
    readonly tool: Unheard['tool'];
    readonly pids: readonly Integer[];
    /**
     * The signal that ended it; SIGKILL; an end without exit(); its options; valgrind -q without --leak-check=full; a place
     * that cannot be read; an error of its own.
     */
    readonly why: Unheard['why'];
  }>;
  /** With `valgrind --track-fds=yes`: descriptors that were open at exit, by the place where they were opened. */
  readonly openAtExit?: ReadonlyArray<{
    readonly count: Count;
    /** Innermost first. */
    readonly stack: readonly string[];
  }>;
  /** The last lines that it wrote, and the file that has all of them. */
  readonly output: { readonly lines: readonly string[]; readonly file: string | null };
}
