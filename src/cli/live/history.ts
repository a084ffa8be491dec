import type { Progress } from '../../gather/timeline.js';

/** What the live view remembers of a run of any length, in constant memory. */
export class History {
  #kept: Moment[] = [];
  /** Updates that go into one moment; doubled whenever the list is full. */
  #stride = 1;
  #updates = 0;
  #recent: Moment[] = [];

  add({ elapsedMs, cyclesDone, confirmCycles = 0, fds, anonBytes }: Progress): void {
    const moment = { atMs: elapsedMs, cycles: cyclesDone + confirmCycles, fds, anonBytes };
    // A thorough run begins anew with each client.
    if (moment.cycles < (this.#recent.at(-1)?.cycles ?? 0)) this.#forget();
    this.#recent = [...this.#recent.filter(({ atMs }) => atMs > elapsedMs - RECENT_MS), moment];
    if (this.#updates++ % this.#stride !== 0) return;
    this.#kept.push(moment);
    if (this.#kept.length < MAX_KEPT) return;
    this.#kept = this.#kept.filter((_, index) => index % 2 === 0);
    this.#stride *= 2;
  }

  /** Cycles per second over the last seconds, rests included; undefined as long as too little is known. */
  get ratePerSecond(): number | undefined {
    const [first, last] = [this.#recent[0], this.#recent.at(-1)];
    if (!first || !last || last.atMs - first.atMs < MIN_MS) return undefined;
    return ((last.cycles - first.cycles) / (last.atMs - first.atMs)) * 1_000;
  }

  get fds(): readonly number[] {
    return [...this.#kept, ...this.#recent.slice(-1)].map(({ fds }) => fds);
  }

  get anonBytes(): readonly number[] {
    return [...this.#kept, ...this.#recent.slice(-1)].flatMap(({ anonBytes }) => anonBytes ?? []);
  }

  #forget(): void {
    this.#kept = [];
    this.#recent = [];
    this.#stride = 1;
    this.#updates = 0;
  }
}

interface Moment {
  readonly atMs: number;
  readonly cycles: number;
  readonly fds: number;
  readonly anonBytes: number | undefined;
}

const MAX_KEPT = 256;
const RECENT_MS = 5_000;
const MIN_MS = 100;
