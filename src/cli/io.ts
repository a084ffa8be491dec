/** The world as `main` sees it; tests pass a fake one. Only `cli/start` makes it from the real process. */
export interface Io {
  /** Arguments after the program's name. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Aborted by SIGINT, SIGTERM or SIGHUP; the reason is the name of the signal. */
  readonly signal: AbortSignal;
  readonly nodeVersion: string;
  readonly platform: string;
  readonly cpus: number;
  /** The program that runs scripts like this one. */
  readonly nodePath: string;
  /** kill(2); throws ESRCH when nobody is there. */
  readonly kill: (pid: number, signal: NodeJS.Signals) => void;
  /** Milliseconds from the start of the process to that of `main`. */
  readonly startupMs: number;
  /**
   * Calls back when the terminal is about to be somebody else's for a reason that `main` does not see: Ctrl-Z, a second
   * Ctrl-C, Ctrl-\\, an exception. Returns the way to take that back.
   */
  readonly onYield: (clear: () => void) => () => void;
}

export interface Output {
  write(text: string): void;
  readonly isTTY: boolean;
  readonly columns: number;
  readonly rows: number;
}

/** Columns of the report. A pipe has no width: it gets what a terminal on a desk has. */
export function widthOf(io: Io): number {
  return io.stdout.isTTY ? Math.max(40, io.stdout.columns) : 100;
}
