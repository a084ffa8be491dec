/** The world as `main` sees it; tests pass a fake one. Only `cli/start` makes it from the real process. */
export interface Io {
  /** Arguments after the program's name. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Aborted by SIGINT or SIGTERM; the reason is the name of the signal. */
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
}

export interface Output {
  write(text: string): void;
  readonly isTTY: boolean;
  readonly columns: number;
}
