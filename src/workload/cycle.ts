import type { Socket } from 'node:net';
import type { FailureKind, StopReason, Tally } from './tally.js';

/** One connection that is under way. */
export interface Cycle {
  /** Another one after a full backlog. */
  socket: Socket;
  readonly connection: number;
  /** When it was due to begin, or began where nothing is due. */
  readonly sinceMs: number;
  /** Its deadline. */
  dueAtMs: number;
  /** What its behaviour wants done when its time is up; without it the cycle has failed. */
  onDeadline: (() => void) | undefined;
  /** Code of the first thing that went wrong. */
  error: string | undefined;
  connected: boolean;
  /** It speaks TLS because it was asked to, which a server may not answer with a reset. */
  speaksTls: boolean;
  /** From here on the server may well be the first to close. */
  closing: boolean;
}

export function newCycle(socket: Socket, connection: number, dueAtMs: number, sinceMs = 0): Cycle {
  return {
    socket,
    connection,
    sinceMs,
    dueAtMs,
    onDeadline: undefined,
    error: undefined,
    connected: false,
    speaksTls: false,
    closing: false,
  };
}

/** Ends a cycle as failed. */
export function fail(cycle: Cycle, code: string): void {
  cycle.error ??= code;
  cycle.socket.destroy();
}

/**
 * The server answered our FIN with a reset, as close(2) does where SO_LINGER is 0: RabbitMQ does so to a client that left
 * before it said anything. A close is a close, and where nothing was said nothing is lost.
 */
export function wasClosedByReset({ closing, error, socket }: Cycle): boolean {
  return closing && error === 'ECONNRESET' && socket.bytesWritten === 0;
}

/** The error of a cycle that was not over in time. */
export const DEADLINE = 'deadline';
/** The server said nothing until the deadline. */
export const NO_ANSWER = 'no-answer';
/** The server closed its side before it had answered. */
export const EARLY_END = 'early-end';
/** The answer had begun, and did not come to its end until the deadline. */
export const UNFINISHED = 'unfinished';
/** The same of an answer that says it is a stream of events, and so has no end. */
export const ENDLESS = 'endless';
/** The server said something else than what was expected. */
export const UNEXPECTED = 'unexpected';

/** Ends the cycles whose time is up. */
export class Deadlines {
  #checkedAtMs: number;
  readonly #stepMs: number;

  /** `stepMs`: how often `check` is going to be called. */
  constructor(nowMs: number, stepMs: number) {
    this.#checkedAtMs = nowMs;
    this.#stepMs = stepMs;
  }

  /** A deadline that passed while this process itself stood still is moved on by as long as that took. */
  check(cycles: Iterable<Cycle>, nowMs: number): void {
    const ownStallMs = nowMs - this.#checkedAtMs - 2 * this.#stepMs;
    this.#checkedAtMs = nowMs;
    for (const cycle of cycles) {
      if (ownStallMs > 0) cycle.dueAtMs += ownStallMs;
      if (cycle.dueAtMs > nowMs) continue;
      if (cycle.onDeadline) cycle.onDeadline();
      else fail(cycle, DEADLINE);
    }
  }
}

/** What an error code says about a cycle: an errno name, a code of OpenSSL by way of Node, or one of our own. */
export function failureKind(code: string): FailureKind {
  if (code.startsWith('ERR_SSL_') || code === 'EPROTO') return 'tls';
  if (code.startsWith('ERR_HTTP2_')) return 'http2';
  return FAILURES[code] ?? (UNTRUSTED.test(code) ? 'untrusted' : 'other');
}

const FAILURES: Readonly<Record<string, FailureKind>> = {
  ECONNREFUSED: 'refused',
  // There is no Unix socket of that path.
  ENOENT: 'refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  ETIMEDOUT: 'timeout',
  EADDRNOTAVAIL: 'own-ports',
  EADDRINUSE: 'own-ports',
  EMFILE: 'own-fds',
  ENFILE: 'own-fds',
  // Of socket(2): the kernel has no memory for one more of ours.
  ENOBUFS: 'own-fds',
  ENOMEM: 'own-fds',
  [DEADLINE]: 'timeout',
  [NO_ANSWER]: 'unanswered',
  [EARLY_END]: 'unanswered',
  [UNFINISHED]: 'unanswered',
  [ENDLESS]: 'unanswered',
  [UNEXPECTED]: 'unexpected',
};

/** What Node says of a certificate that it does not take: names of X509_V_ERR_*, and its own one about the name. */
const UNTRUSTED =
  /CERT|SIGNATURE|ISSUER|^CRL_|^INVALID_(CA|PURPOSE)$|^PATH_LENGTH_EXCEEDED$|^HOSTNAME_MISMATCH$/;

/** Why no further cycles are made after one has failed in this way; undefined: go on. */
export function reasonToStop(
  kind: FailureKind,
  tally: Tally,
  deadlinesInARow: number,
): StopReason | undefined {
  switch (kind) {
    case 'own-ports':
    case 'own-fds':
      return kind;
    case 'untrusted':
      return 'untrusted';
    case 'tls':
      return tally.completed === 0 ? 'no-tls' : undefined;
    case 'http2':
      return tally.completed === 0 ? 'no-http2' : undefined;
    case 'unanswered':
    case 'unexpected': {
      // A server that never answered is not asked a thousand times; one that did gets two more chances.
      const failed = (tally.failures.unanswered ?? 0) + (tally.failures.unexpected ?? 0);
      return failed >= (tally.answered === 0 ? 1 : MAX_UNANSWERED) ? 'unanswered' : undefined;
    }
    case 'timeout':
      return deadlinesInARow >= MAX_DEADLINES ? 'deadlines' : undefined;
    case 'refused':
    case 'reset':
    case 'other':
      return undefined;
  }
}

const MAX_DEADLINES = 3;
const MAX_UNANSWERED = 3;
