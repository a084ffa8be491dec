import type { Socket } from 'node:net';

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

/** The error of a cycle that was not over in time. */
export const DEADLINE = 'deadline';
/** The server said nothing until the deadline. */
export const NO_ANSWER = 'no-answer';
/** The server closed its side before it had answered. */
export const EARLY_END = 'early-end';
/** The server said something else than what was expected. */
export const UNEXPECTED = 'unexpected';
