/** What a server that is started gets from the real world, handed in by the command line. */
export interface World {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The program that runs scripts like this one. */
  readonly nodePath: string;
  /** kill(2); throws ESRCH when nobody is there. */
  readonly kill: (pid: number, signal: NodeJS.Signals) => void;
  /** Where what a program prints is shown that is listened to; nowhere, if there is none. */
  readonly stderr?: { write(text: string): void };
}
