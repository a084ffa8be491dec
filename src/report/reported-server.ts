/** How a server came to its end. */
export interface ReportedStop {
  /** It was gone before it was asked; it ended after SIGTERM; it had to be killed. */
  readonly how: 'itself' | 'term' | 'kill';
  /** Of the command that was started; null where its parent was told nothing. */
  readonly signal: string | null;
  readonly status: number | null;
  readonly tookMs: number;
  /** What outlived it, and was stopped after it. */
  readonly leftBehind: ReadonlyArray<{ readonly pid: number; readonly comm: string }>;
  /** Nobody listens on the port any more; null where there is none. */
  readonly portFree: boolean | null;
  /** Pids that lived on in spite of SIGKILL. */
  readonly survivors: readonly number[];
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
  /** The last lines that it wrote, and the file that has all of them. */
  readonly output: { readonly lines: readonly string[]; readonly file: string | null };
}
