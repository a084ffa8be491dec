/** Why a run could not be made or judged. Stable: scripts read it from `error.code` of the JSON report. */
export type ErrorCode =
  | 'usage'
  | 'unsupported-platform'
  | 'nothing-listens'
  | 'not-this-machine'
  | 'not-a-socket'
  | 'abstract-socket'
  | 'no-such-process'
  | 'not-the-server'
  | 'ambiguous-target'
  | 'waiting-for-activation'
  | 'permission'
  | 'gauge'
  | 'load'
  | 'own-limit'
  | 'untrusted'
  | 'no-tls'
  | 'no-http2'
  | 'interrupted-early'
  | 'never-connected'
  | 'port-taken'
  | 'no-such-program'
  | 'died-at-start'
  | 'not-ready'
  | 'own-error';

/**
 * An expected failure: one sentence that says what is wrong, one hint that says what to do next.
 * Thrown anywhere, caught once in `cli/main`, always exit status 2. Every other error is a limit of this machine
 * (`own-limits.ts`) or a bug, which keeps its stack (`cli/own-error.ts`): exit status 2 as well.
 */
export class ChurnError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;
  /** The last lines that a server wrote which was started for the run. */
  readonly output: readonly string[];

  constructor(code: ErrorCode, sentence: string, hint: string, output: readonly string[] = []) {
    super(sentence);
    this.name = 'ChurnError';
    this.code = code;
    this.hint = hint;
    this.output = output;
  }
}
