import { setTimeout as sleep } from 'node:timers/promises';
import { ownCpuMs } from '../../proc/host.js';
import type { Target } from '../../target/target.js';
import { takeCensus } from '../../verdict/census.js';
import type { Moment } from '../../verdict/moments.js';
import type { Observation, Observer } from '../observer.js';
import { privateMemory } from '../private-memory.js';
import type { Accepted, AcceptedCount } from './accepted-count.js';
import { isOfLivingClient, Lives } from './lives.js';

/** Looks at a server again and again while others use it. */
export class Looks {
  readonly #observer: Observer;
  readonly #target: Pick<Target, 'runtime' | 'checker'>;
  readonly #accepted: AcceptedCount;
  readonly #startedAtMs = performance.now();
  readonly lives = new Lives();
  #moments: Moment[] = [];
  #stepMs = STEP_MS;
  #dueAtMs = 0;

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

  /** Connections that were accepted until now. */
  get accepted(): number {
    return this.#accepted.told.accepted;
  }

  /** A look that is no moment of the load. `thorough`: also for what somebody outside of the tree holds. */
  take(thorough: boolean): Observation {
    const observation = this.#observer.look(thorough);
    this.#accepted.note(observation);
    this.lives.note(observation, performance.now() - this.#startedAtMs);
    return this.#withoutPassing(observation);
  }

  /** Looks until `signal` says that it is over; at a server with many descriptors for a fifth of a CPU at most. */
  async until(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const startedCpuMs = ownCpuMs();
      const atMs = performance.now() - this.#startedAtMs;
      const observation = this.take(false);
      if (atMs >= this.#dueAtMs) this.#add(observation, atMs);
      const pauseMs = Math.max(Math.min(this.#stepMs, SELDOM_MS), 4 * (ownCpuMs() - startedCpuMs));
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** A socket that has been in no table for less than a second may have been closed while the tables were read. */
  #withoutPassing(observation: Observation): Observation {
    const held = observation.held.filter(
      ({ role, inode }) => role !== 'dead-socket' || this.lives.goneForMs(inode) >= DEAD_MS,
    );
    if (held.length === observation.held.length) return observation;
    return { ...observation, held, census: takeCensus(this.#observer.before, observation.snapshot, held) };
  }

  #add({ held, census }: Observation, atMs: number): void {
    this.#moments.push({
      atMs,
      accepted: this.accepted,
      inUse: held.filter(isOfLivingClient).length,
      census,
      ...privateMemory(this.#observer.before.processes, this.#target),
    });
    this.#dueAtMs = atMs + this.#stepMs;
    if (this.#moments.length <= MAX_MOMENTS) return;
    this.#moments = this.#moments.filter((_, index) => index % 2 === 0);
    this.#stepMs *= 2;
  }
}

const STEP_MS = 100;
/** So seldom that a connection whose client has gone is still seen where the server keeps it for seconds. */
const SELDOM_MS = 1_000;
const MAX_MOMENTS = 256;
const DEAD_MS = 1_000;
