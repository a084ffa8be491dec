import type { Cycle } from './cycle.js';
import type { Patience } from './patience.js';
import type { Script } from './script.js';
import type { Stopwatch } from './stopwatch.js';
import type { Tally } from './tally.js';

/** What a behaviour has at hand beside its own connection. */
export interface CycleContext {
  readonly turns: PollTurns;
  readonly script: Script;
  readonly patience: Patience;
  readonly tally: Tally;
  readonly timeoutMs: number;
  readonly concurrency: number;
  /** Where the connection goes, for the certificate; undefined for a Unix socket. */
  readonly host: string | undefined;
  readonly stopwatch: Stopwatch | undefined;
  /** Cycles are due at a time of their own: what they wait counts from there. */
  readonly isTimed: boolean;
}

/** Ends the cycle with FIN, as close(2) does, after what has arrived was read. */
export function closeSoon(cycle: Cycle, context: CycleContext): void {
  const { socket } = cycle;
  context.turns.afterNextPoll(() => {
    if (socket.readableLength === 0) {
      socket.destroy();
      return;
    }
    // Longer, it may be, than what the stream takes in by itself.
    listenIn(cycle, context);
    closeWhenQuiet(cycle, context);
  });
}

/** Reads what comes without an answer in mind, and keeps the first words of the phase: they tell what is spoken there. */
function listenIn({ socket }: Cycle, { tally, script }: CycleContext): void {
  if (tally.heard === undefined && !script.meant) {
    socket.once('data', (chunk: Buffer) => {
      tally.heard ??= chunk.toString('latin1', 0, MAX_OVERHEARD);
    });
  }
  socket.resume();
}

const MAX_OVERHEARD = 128;

/**
 * The same, when nothing more comes: a close in the middle of an answer sends RST. shutdown(2) before close(2) would
 * send FIN in any case, but to the server that is a half-closed client for a moment: another behaviour.
 */
export function closeWhenQuiet(cycle: Cycle, context: CycleContext): void {
  const { socket } = cycle;
  const { bytesRead } = socket;
  context.turns.afterNextPoll(() => {
    if (socket.bytesRead === bytesRead || socket.destroyed) socket.destroy();
    else closeWhenQuiet(cycle, context);
  });
}

/** Runs `callback` after `ms`, unless the connection is over by then. The cycle gets that time on top. */
export function later(cycle: Cycle, ms: number, callback: () => void): void {
  cycle.dueAtMs += ms;
  cycle.socket.resume();
  const timer = setTimeout(callback, ms);
  cycle.socket.once('close', () => clearTimeout(timer));
}

/**
 * Waits until the server closes its side too, where that is still waited for, and is over then. `ended`: the stream
 * whose end it is.
 */
export function untilServerCloses(
  cycle: Cycle,
  context: CycleContext,
  ended: NodeJS.EventEmitter = cycle.socket,
): void {
  const { patience, tally } = context;
  const { limitMs } = patience;
  cycle.closing = true;
  listenIn(cycle, context);
  if (patience.isOver) {
    tally.unawaited += 1;
    later(cycle, limitMs, () => {
      patience.missed(limitMs, context.concurrency);
      cycle.socket.destroy();
    });
    return;
  }
  const startedAtMs = performance.now();
  cycle.dueAtMs = startedAtMs + limitMs;
  cycle.onDeadline = () => {
    patience.missed(limitMs, context.concurrency);
    tally.unclosed += 1;
    cycle.socket.destroy();
  };
  ended.once('end', () => patience.met(performance.now() - startedAtMs));
}

/** What a client does with a connection that was just made. The cycle is over when its socket is closed. */
export type Behaviour = (cycle: Cycle, context: CycleContext) => void;

/**
 * Runs callbacks after the next turn of the event loop's poll phase, when a socket that has just connected has been
 * read once. One setImmediate fires before that poll, the second behind it; both are shared by all that wait.
 */
export class PollTurns {
  #waiting: (() => void)[] = [];
  #armed = false;

  afterNextPoll(callback: () => void): void {
    this.#waiting.push(callback);
    if (this.#armed) return;
    this.#armed = true;
    setImmediate(() => {
      const due = this.#waiting;
      this.#waiting = [];
      this.#armed = false;
      setImmediate(() => {
        for (const run of due) run();
      });
    });
  }
}
