import { setTimeout as sleep } from 'node:timers/promises';
import type { Target } from '../../target/target.js';
import type { Moment } from '../../verdict/moments.js';
import type { Observation, Observer } from '../observer.js';
import { privateMemory } from '../private-memory.js';
import type { Accepted, AcceptedCount } from './accepted-count.js';

/** Looks at a server again and again while others use it. */
export class Looks {
  readonly #observer: Observer;
  readonly #target: Pick<Target, 'runtime' | 'checker'>;
  readonly #accepted: AcceptedCount;
  readonly #startedAtMs = performance.now();
  /** When a socket was first seen whose client had gone, by inode. */
  readonly #goneSinceMs = new Map<number, number>();
  #moments: Moment[] = [];
  #stepMs = STEP_MS;

  constructor(observer: Observer, target: Pick<Target, 'runtime' | 'checker'>, accepted: AcceptedCount) {
    this.#observer = observer;
    this.#target = target;
    this.#accepted = accepted;
  }

  /** What was seen at each, at most 256 of them. */
  get moments(): readonly Moment[] {
    return this.#moments;
  }

  /** The same, as if the connections had come evenly where their number is not this server's: neighbours decide nothing. */
  evenMoments({ accepted, acceptedBy }: Accepted): readonly Moment[] {
    const lastMs = this.#moments.at(-1)?.atMs ?? 0;
    if (acceptedBy === 'server' || lastMs === 0) return this.#moments;
    return this.#moments.map(moment => ({ ...moment, accepted: (accepted * moment.atMs) / lastMs }));
  }

  /** One now; looking at a server that holds many descriptors takes a twentieth of the time at most. */
  take(): Observation {
    const observation = this.#observer.look(false);
    this.#accepted.note(observation);
    const atMs = performance.now() - this.#startedAtMs;
    const gone = observation.held.filter(({ role }) => role === 'connection').map(({ inode }) => inode);
    const still = new Set(gone);
    for (const inode of this.#goneSinceMs.keys()) if (!still.has(inode)) this.#goneSinceMs.delete(inode);
    for (const inode of gone) if (!this.#goneSinceMs.has(inode)) this.#goneSinceMs.set(inode, atMs);
    this.#add({
      atMs,
      accepted: this.#accepted.told.accepted,
      inUse: observation.held.filter(({ role }) => role === 'other-client').length,
      census: observation.census,
      ...privateMemory(this.#observer.before.processes, this.#target),
    });
    return observation;
  }

  /** Looks until `signal` says that it is over. */
  async until(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const startedAtMs = performance.now();
      this.take();
      const pauseMs = Math.max(this.#stepMs, 20 * (performance.now() - startedAtMs));
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** How long the client of a socket has been gone; 0 when it was not seen so. */
  goneForMs(inode: number): number {
    const sinceMs = this.#goneSinceMs.get(inode);
    return sinceMs === undefined ? 0 : performance.now() - this.#startedAtMs - sinceMs;
  }

  #add(moment: Moment): void {
    this.#moments.push(moment);
    if (this.#moments.length <= MOST_MOMENTS) return;
    this.#moments = this.#moments.filter((_, index) => index % 2 === 0);
    this.#stepMs *= 2;
  }
}

const STEP_MS = 100;
const MOST_MOMENTS = 256;
