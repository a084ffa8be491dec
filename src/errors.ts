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
  | 'own-limit'
  | 'untrusted'
  | 'no-tls'
  | 'never-connected'
  | 'interrupted-early';

/**
 * An expected failure: one sentence that says what is wrong, one hint that says what to do next.
 * Thrown anywhere, caught once in `cli/main`, always exit status 2. Every other error is a bug and keeps its stack.
 */
export class ChurnError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;

  constructor(code: ErrorCode, sentence: string, hint: string) {
    super(sentence);
    this.name = 'ChurnError';
    this.code = code;
    this.hint = hint;
  }
}
