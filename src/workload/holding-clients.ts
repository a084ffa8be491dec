import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Behaviour } from './cycle-context.js';
import { runCycles } from './cycles.js';
import { emptyTally, type Tally } from './tally.js';
import type { Workload } from './workload.js';

/** Clients that connect, say nothing, and stay until they are let go. The owner calls letGo(). */
export class HoldingClients {
  readonly tally: Tally = emptyTally();
  readonly #open = new Set<Socket>();
  #ended = 0;
  #isOver = false;
  #over: Promise<void> = Promise.resolve();

  /** Connected now. */
  get count(): number {
    return this.#open.size;
  }

  /** Whose connection the server has closed. */
  get endedByServer(): number {
    return this.#ended;
  }

  /** Resolves when all are connected, or no more can be: the accept queue stands still, or connections fail. */
  async connect(work: Workload, count: number): Promise<void> {
    this.#over = runCycles(
      { ...work, concurrency: count, behaviourOf: () => this.#hold },
      'hold',
      count,
      this.tally,
    );
    const isDone = () =>
      this.tally.stopped !== undefined ||
      this.#open.size + this.#ended + this.tally.failed >= count ||
      work.signal.aborted;
    while (!isDone()) await sleep(STEP_MS);
  }

  /** Resolves when the last one is closed. */
  async letGo(end: 'fin' | 'rst'): Promise<void> {
    // None that still waits for its turn comes after them.
    this.tally.stopped ??= 'interrupted';
    this.#isOver = true;
    for (const socket of this.#open) {
      if (end === 'rst') socket.resetAndDestroy();
      else socket.destroy();
    }
    this.#open.clear();
    await this.#over;
  }

  readonly #hold: Behaviour = cycle => {
    const { socket } = cycle;
    cycle.closing = true;
    if (this.#isOver) {
      socket.destroy();
      return;
    }
    cycle.dueAtMs = Number.POSITIVE_INFINITY;
    this.#open.add(socket);
    // Without this a close by the server would not be seen.
    socket.resume();
    socket.once('close', () => {
      if (this.#open.delete(socket)) this.#ended += 1;
    });
  };
}

const STEP_MS = 2;

/** A behaviour that holds the connection open until `seen` has settled, and then does what `behaviour` does. */
export function holding(behaviour: Behaviour, seen: (localPort: number) => Promise<void>): Behaviour {
  return (cycle, stage) => {
    const { socket } = cycle;
    socket.resume();
    void seen(socket.localPort ?? 0).then(() => {
      if (!socket.destroyed) behaviour(cycle, stage);
    });
  };
}

/** A behaviour that begins when what `wait` returns has settled, and at once where it returns nothing. Reads nothing. */
export function delayedBy(
  behaviour: Behaviour,
  wait: (localPort: number) => Promise<unknown> | undefined,
): Behaviour {
  return (cycle, stage) => {
    const waiting = wait(cycle.socket.localPort ?? 0);
    if (!waiting) return behaviour(cycle, stage);
    void waiting.then(() => {
      if (!cycle.socket.destroyed) behaviour(cycle, stage);
    });
  };
}
