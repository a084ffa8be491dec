/** How a server came to its end. */
export interface ReportedStop {
  /** It was gone before it was asked; it ended after SIGTERM; it had to be killed. */
  readonly how: 'itself' | 'term' | 'kill';
  /** Of the command that was started; null where its parent was told nothing. */
  readonly signal: string | null;
  readonly status: number | null;
  /** The signal that it was asked with; absent in older reports: SIGTERM. */
  readonly asked?: 'SIGTERM' | 'SIGINT';
  readonly tookMs: number;
  /** What outlived it, and was stopped after it. */
  readonly leftBehind: ReadonlyArray<{ readonly pid: number; readonly comm: string }>;
  /** Nobody listens on the port any more; null where there is none. */
  readonly portFree: boolean | null;
  /** Pids that lived on in spite of SIGKILL. */
  readonly survivors: readonly number[];
}

/** What became of it when silent clients had all of its descriptors. */
export interface ReportedLimit {
  readonly openFiles: number;
  readonly clients: number;
  /** The most that one process had; `reached`: that was its limit. */
  readonly fullestFds: number;
  readonly reached: boolean;
  /** Of one CPU, meanwhile. */
  readonly cpuPercent: number | null;
  readonly died: readonly number[];
  readonly replaced: number;
  /** From the last one's going; null: not within `waitedMs`. */
  readonly servedAfterMs: number | null;
  readonly waitedMs: number;
  readonly fdsBefore: number;
  readonly fdsAfter: number;
  /** Their connections that it still has. */
  readonly kept: number;
}

/** What became of it when it was made to reload while clients churned. */
export interface ReportedReload {
  readonly signal: string;
  readonly everyCycles: number | null;
  readonly everyMs: number | null;
  readonly sent: number;
  /** Processes beside the first one, before; those of them that are gone; and how many more there are now. */
  readonly workers: number;
  readonly replaced: number;
  readonly more: number;
  readonly stale: readonly number[];
  readonly watched: number;
  readonly cutOff: number;
  readonly endsByItself: boolean;
}

/** A server that was started for the run. */
export interface ReportedServer {
  readonly command: readonly string[];
  readonly pid: number;
  readonly port: number | null;
  /** Until it listened. */
  readonly readyMs: number;
  /** The command ended at once, and what it left in the background served. */
  readonly daemon: boolean;
  /** Of several starts with --repeat, which this was. */
  readonly turn?: number;
  readonly turns?: number;
  readonly stopped: ReportedStop;
  /** With --nofile. */
  readonly limit?: ReportedLimit | null;
  readonly limitSkipped?: 'failed' | 'interrupted' | null;
  /** With --reload. */
  readonly reload?: ReportedReload | null;
  /** With --shutdown: what clients did when it was asked to stop. */
  readonly shutdown?: { readonly cycles: number; readonly concurrency: number; readonly held: number } | null;
  /** Checkers of its own that had no chance to report, and why; empty where all had one. */
  readonly unheard?: ReadonlyArray<{
    readonly tool: string;
    readonly pids: readonly number[];
    readonly why: string;
  }>;
  /** With `valgrind --track-fds=yes`: descriptors that were open at exit, by the place where they were opened. */
  readonly openAtExit?: ReadonlyArray<{ readonly count: number; readonly stack: readonly string[] }>;
  /** The last lines that it wrote, and the file that has all of them. */
  readonly output: { readonly lines: readonly string[]; readonly file: string | null };
}
