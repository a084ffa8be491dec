import { type Cycle, DEADLINE, Deadlines, failureKind, newCycle, wasClosedByReset } from './cycle.js';
import { type Behaviour, PollTurns } from './cycle-context.js';
import { type Destination, dial, isSelfConnected, open } from './dial.js';
import type { Patience } from './patience.js';
import type { Script } from './script.js';
import type { Stopwatch } from './stopwatch.js';
import { emptyTally, type FailureKind, type Tally } from './tally.js';

/** What became of one cycle, in milliseconds from its beginning where nothing else is said. */
export interface CycleOutcome {
  /** undefined: it did what its client does. `code` is an errno name, "" for a deadline. */
  readonly failure: { readonly kind: FailureKind; readonly code: string } | undefined;
  /** Until the handshake of TCP was done; undefined: it never was. */
  readonly connectMs: number | undefined;
  /** From each request to its answer, one after the other. */
  readonly repliesMs: readonly number[];
  /** The status of each answer of HTTP; none where something else is spoken. */
  readonly statuses: readonly number[];
  /** The server had not closed its side when the client, which waited for that, went away. */
  readonly unclosed: boolean;
  readonly tookMs: number;
}

/** What all cycles of one sort have in common. */
export interface SortOfCycle {
  readonly destination: Destination;
  readonly behaviour: Behaviour;
  readonly script: Script;
  readonly timeoutMs: number;
  readonly patience: Patience;
}

/** Opens and closes one connection, and tells what became of it: nothing is remembered. Never rejects. */
export function openOnce(sort: SortOfCycle, connection: number): Promise<CycleOutcome> {
  return new Promise(resolve => new Single(sort, connection, resolve));
}

/** Takes its own times down: a cycle costs no more than it must. */
class Single implements Stopwatch {
  readonly #startedAtMs = performance.now();
  readonly #tally: Tally = emptyTally();
  readonly #repliesMs: number[] = [];
  readonly #cycle: Cycle;
  #connectMs: number | undefined;

  constructor(
    readonly sort: SortOfCycle,
    connection: number,
    readonly done: (outcome: CycleOutcome) => void,
  ) {
    const { destination, timeoutMs } = sort;
    const startedAtMs = this.#startedAtMs;
    this.#cycle = newCycle(dial(destination), connection, startedAtMs + timeoutMs, startedAtMs);
    CLOCK.watch(this.#cycle);
    open(this.#cycle, destination, {
      connected: () => this.#connected(),
      ended: () => undefined,
      closed: () => this.#closed(),
    });
  }

  #connected(): void {
    const cycle = this.#cycle;
    const { destination, behaviour, script, timeoutMs, patience } = this.sort;
    cycle.connected = true;
    if (isSelfConnected(cycle.socket, destination)) {
      cycle.error = 'ECONNREFUSED';
      cycle.socket.resetAndDestroy();
      return;
    }
    this.#connectMs = performance.now() - this.#startedAtMs;
    behaviour(cycle, {
      ...{ turns: TURNS, script, patience, timeoutMs, tally: this.#tally, concurrency: CLOCK.watched },
      host: destination.transport === 'tcp' ? destination.host : undefined,
      stopwatch: this,
      isTimed: false,
    });
  }

  began(): void {}

  connected(): void {}

  answered(ms: number): void {
    this.#repliesMs.push(ms);
  }

  #closed(): void {
    const cycle = this.#cycle;
    CLOCK.forget(cycle);
    const code = wasClosedByReset(cycle) ? undefined : cycle.error;
    this.done({
      failure:
        code === undefined ? undefined : { kind: failureKind(code), code: code === DEADLINE ? '' : code },
      connectMs: this.#connectMs,
      repliesMs: this.#repliesMs,
      statuses: statusesOf(this.#tally),
      unclosed: this.#tally.unclosed + this.#tally.unawaited > 0,
      tookMs: performance.now() - this.#startedAtMs,
    });
  }
}

function statusesOf({ routes }: Tally): number[] {
  return Object.values(routes).flatMap(({ statuses }) =>
    Object.entries(statuses).flatMap(([status, times]) => Array<number>(times).fill(Number(status))),
  );
}

const TURNS = new PollTurns();

/** The deadlines of all cycles under way: one timer for them, and none where there are none. */
class SharedClock {
  readonly #cycles = new Set<Cycle>();
  #timer: NodeJS.Timeout | undefined;

  get watched(): number {
    return this.#cycles.size;
  }

  watch(cycle: Cycle): void {
    this.#cycles.add(cycle);
    if (this.#timer !== undefined) return;
    const deadlines = new Deadlines(performance.now(), STEP_MS);
    // The sockets keep the process alive; this does not, and ends a step after the last of them.
    this.#timer = setInterval(() => {
      if (this.#cycles.size === 0) this.#stop();
      else deadlines.check(this.#cycles, performance.now());
    }, STEP_MS).unref();
  }

  forget(cycle: Cycle): void {
    this.#cycles.delete(cycle);
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

const STEP_MS = 50;
const CLOCK = new SharedClock();
