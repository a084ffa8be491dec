/**
 * Why a cycle failed:
 * - `refused`: ECONNREFUSED, or no such Unix socket: nobody listens;
 * - `reset`: the server or its kernel answered with RST;
 * - `timeout`: no handshake within the deadline;
 * - `unanswered`: the server closed, said nothing or did not come to an end until the deadline, where an answer was
 *   waited for;
 * - `unexpected`: the answer is not what was expected;
 * - `tls`: no TLS handshake; `untrusted`: its certificate is not taken;
 * - `http2`: what the server says is no HTTP/2, where that was wanted;
 * - `own-ports`, `own-fds`: this machine or this process ran out, which is no word about the server;
 * - `other`: any other error, its code is in the report.
 */
export type FailureKind =
  | 'refused'
  | 'reset'
  | 'timeout'
  | 'unanswered'
  | 'unexpected'
  | 'tls'
  | 'untrusted'
  | 'http2'
  | 'own-ports'
  | 'own-fds'
  | 'other';

export interface Failure {
  readonly kind: FailureKind;
  /** errno name as Node gives it, "" for a deadline. */
  readonly code: string;
  /** Number of the connection within the whole run. */
  readonly connection: number;
}

/** Why the cycles ended before all were made. */
export type StopReason =
  | 'accept-stalled'
  | 'server-gone'
  | 'deadlines'
  | 'unanswered'
  | 'no-tls'
  | 'no-http2'
  | 'untrusted'
  | 'own-ports'
  | 'own-fds'
  | 'own-worker'
  | 'interrupted';

/** What became of the cycles of one phase. */
export interface Tally {
  requested: number;
  completed: number;
  failed: number;
  failures: Partial<Record<FailureKind, number>>;
  firstFailure: Failure | undefined;
  lastFailure: Failure | undefined;
  /** Cycles in which the server's FIN came before ours. */
  closedByServer: number;
  /** Cycles that got the answer that they waited for. */
  answered: number;
  /** Answers of HTTP by route; none where something else is spoken. */
  routes: Record<string, RouteAnswers>;
  /** How long the first answer of all took, and the last. */
  firstAnswerMs: number | undefined;
  lastAnswerMs: number | undefined;
  /** Connections that the server ended before all requests were made that were to be made on them. */
  cutShort: number;
  /** The first words that the server said without being asked, or in answer to something that is no request. */
  heard: string | undefined;
  /** Resets that came after the client had said something, but for TLS; among `failures` too. */
  turnedDown: number;
  /** The beginning of the first answer that was not the expected one. */
  unexpectedAnswer: string | undefined;
  /** Cycles in which the server had not closed its side when the client stopped waiting for that. */
  unclosed: number;
  /** Cycles that would have waited for the server to close its side, had that not been vain too often. */
  unawaited: number;
  /** Connections known to be accepted when the accept queue was last read. */
  acceptedAtLeast: number;
  durationMs: number;
  stopped: StopReason | undefined;
}

/** What a route has answered. */
export interface RouteAnswers {
  /** How many of each status. */
  readonly statuses: Record<string, number>;
  /** How many of them were expected, and how many there are. */
  expected: number;
  total: number;
}

export function emptyTally(): Tally {
  return {
    requested: 0,
    completed: 0,
    failed: 0,
    failures: {},
    firstFailure: undefined,
    lastFailure: undefined,
    closedByServer: 0,
    answered: 0,
    routes: {},
    firstAnswerMs: undefined,
    lastAnswerMs: undefined,
    cutShort: 0,
    heard: undefined,
    turnedDown: 0,
    unexpectedAnswer: undefined,
    unclosed: 0,
    unawaited: 0,
    acceptedAtLeast: 0,
    durationMs: 0,
    stopped: undefined,
  };
}

export function noteFailure(tally: Tally, failure: Failure): void {
  tally.failed += 1;
  tally.failures[failure.kind] = (tally.failures[failure.kind] ?? 0) + 1;
  tally.firstFailure ??= failure;
  tally.lastFailure = failure;
}

/** One more answer of HTTP, that took `ms`. */
export function noteAnswer(
  tally: Tally,
  route: string,
  status: number,
  isExpected: boolean,
  ms: number,
): void {
  tally.routes[route] ??= { statuses: {}, expected: 0, total: 0 };
  const answers = tally.routes[route];
  answers.statuses[status] = (answers.statuses[status] ?? 0) + 1;
  answers.total += 1;
  if (isExpected) answers.expected += 1;
  tally.firstAnswerMs ??= ms;
  tally.lastAnswerMs = ms;
}

/**
 * Adds what became of other cycles of the same phase, made beside those of `into`. Their time is not added, it is the
 * same; nor what was seen to be accepted, which is no count of either of them.
 */
export function addTally(into: Tally, more: Tally): void {
  for (const count of COUNTS) into[count] += more[count];
  for (const [kind, count] of Object.entries(more.failures) as [FailureKind, number][])
    into.failures[kind] = (into.failures[kind] ?? 0) + count;
  for (const [route, answers] of Object.entries(more.routes)) addAnswers(into, route, answers);
  into.firstFailure = earlier(into.firstFailure, more.firstFailure);
  into.lastFailure = later(into.lastFailure, more.lastFailure);
  into.firstAnswerMs ??= more.firstAnswerMs;
  into.lastAnswerMs = more.lastAnswerMs ?? into.lastAnswerMs;
  into.heard ??= more.heard;
  into.unexpectedAnswer ??= more.unexpectedAnswer;
  into.stopped ??= more.stopped;
}

const COUNTS = [
  ...(['requested', 'completed', 'failed', 'closedByServer', 'answered', 'cutShort'] as const),
  ...(['turnedDown', 'unclosed', 'unawaited'] as const),
] as const;

function addAnswers({ routes }: Tally, route: string, { statuses, expected, total }: RouteAnswers): void {
  routes[route] ??= { statuses: {}, expected: 0, total: 0 };
  const into = routes[route];
  for (const [status, count] of Object.entries(statuses))
    into.statuses[status] = (into.statuses[status] ?? 0) + count;
  into.expected += expected;
  into.total += total;
}

function earlier(one: Failure | undefined, other: Failure | undefined): Failure | undefined {
  return one && other ? (one.connection <= other.connection ? one : other) : (one ?? other);
}

function later(one: Failure | undefined, other: Failure | undefined): Failure | undefined {
  return one && other ? (one.connection >= other.connection ? one : other) : (one ?? other);
}
