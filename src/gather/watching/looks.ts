import { setTimeout as sleep } from 'node:timers/promises';
import { readFds } from '../../proc/fds.js';
import { ownCpuMs } from '../../proc/host.js';
import { Series } from '../../sampler/series.js';
import type { ProcessSnapshot } from '../../sampler/snapshot.js';
import type { Target } from '../../target/target.js';
import type { Moment } from '../../verdict/moments.js';
import type { StageFigures } from '../../verdict/watched-load.js';
import { takeCensus } from '../attribution.js';
import type { Observation, Observer } from '../observer.js';
import { privateMemory } from '../private-memory.js';
import type { Accepted, AcceptedCount } from './accepted-count.js';

/** Looks at a server again and again while others use it. */
export class Looks {
  readonly #observer: Observer;
  readonly #target: Pick<Target, 'runtime' | 'checker'>;
  readonly #accepted: AcceptedCount;
  readonly #startedAtMs = performance.now();
  readonly lives = new Lives();
  readonly #moments = new Series<Moment>(MAX_MOMENTS, STEP_MS);
  #dueAtMs = 0;
  /** Told of each look, with the time when it began and when it was over. */
  onLook: ((observation: Observation, beganMs: number, nowMs: number) => void) | undefined;

  constructor(observer: Observer, target: Pick<Target, 'runtime' | 'checker'>, accepted: AcceptedCount) {
    this.#observer = observer;
    this.#target = target;
    this.#accepted = accepted;
  }

  /** What was seen at each, at most 256 of them. */
  get moments(): readonly Moment[] {
    return this.#moments.points();
  }

  /** The same, as if the connections had come evenly where their number is not this server's: neighbours decide nothing. */
  evenMoments({ accepted, acceptedBy }: Accepted): readonly Moment[] {
    const lastMs = this.moments.at(-1)?.atMs ?? 0;
    if (acceptedBy === 'server' || lastMs === 0) return this.moments;
    return this.moments.map(moment => ({ ...moment, accepted: (accepted * moment.atMs) / lastMs }));
  }

  /** Since the beginning. */
  get nowMs(): number {
    return performance.now() - this.#startedAtMs;
  }

  /** What the server has, in numbers, at a look that was just taken. */
  figures({ snapshot: { processes } }: Observation): StageFigures {
    return {
      fds: processes.reduce((sum, { fds }) => sum + fds.length, 0),
      anonBytes: privateMemory(this.#observer.before.processes, this.#target).anonBytes,
      threads: processes.reduce((sum, { threads }) => sum + threads, 0),
      children: Math.max(0, processes.length - this.#observer.rootPids.length),
    };
  }

  /** All descriptors of the server, without what they are: far cheaper than a look. */
  descriptors(): readonly Pick<ProcessSnapshot, 'pid' | 'fds'>[] {
    return this.#observer.livingProcesses().flatMap(({ pid }) => {
      const fds = readFds(pid);
      return typeof fds === 'string' ? [] : [{ pid, fds }];
    });
  }

  /** Connections that were accepted until now. */
  get accepted(): number {
    return this.#accepted.told.accepted;
  }

  /** A look that is no moment of the load. `thorough`: also for what somebody outside of the tree holds. */
  take(thorough: boolean): Observation {
    const beganMs = this.nowMs;
    const observation = this.#observer.look(thorough);
    this.#accepted.note(observation);
    this.lives.note(observation, this.nowMs);
    this.onLook?.(observation, beganMs, this.nowMs);
    return this.#withoutPassing(observation);
  }

  /** Looks until `signal` says that it is over; at a server with many descriptors for a fifth of a CPU at most. */
  async until(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const startedCpuMs = ownCpuMs();
      const atMs = this.nowMs;
      const observation = this.take(false);
      if (atMs >= this.#dueAtMs) this.#add(observation, atMs);
      const pauseMs = Math.max(Math.min(this.#moments.step, SELDOM_MS), 4 * (ownCpuMs() - startedCpuMs));
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
    this.#moments.add({
      atMs,
      accepted: this.accepted,
      inUse: held.filter(isOfLivingClient).length,
      census,
      ...privateMemory(this.#observer.before.processes, this.#target),
    });
    this.#dueAtMs = atMs + this.#moments.step;
  }
}

const STEP_MS = 100;
/** So seldom that a connection whose client has gone is still seen where the server keeps it for seconds. */
const SELDOM_MS = 1_000;
const MAX_MOMENTS = 256;
const DEAD_MS = 1_000;

/** One connection that the server has, or that nobody seems to have, from look to look. */
interface Life {
  readonly firstMs: number;
  /** Since when it has been seen without a living client, look after look; undefined: its client lives. */
  readonly goneSinceMs: number | undefined;
  /** The client has ended its side, and is there still. */
  readonly isHalfClosed: boolean;
  readonly lastMs: number;
}

/**
 * How long each connection lives, and how long the server keeps one whose client has gone. A look at a busy server is no
 * moment: what it accepts or closes between two tables looks like held by nobody, or like reset. What is in flight is
 * somewhere else, or nowhere, at the next look; and it is younger than what the server has kept and closed before.
 */
export class Lives {
  #lives = new Map<number, Life>();
  #nowMs = 0;
  /** Of those that have ended. */
  #longestLifeMs = 0;
  #longestGoneMs = 0;

  note({ held, outside }: Pick<Observation, 'held' | 'outside'>, nowMs: number): void {
    this.#nowMs = nowMs;
    const before = this.#lives;
    this.#lives = new Map();
    for (const { inode, role, state } of held) {
      if (role === 'connection' || role === 'dead-socket') this.#add(before, inode, true, false);
      if (role === 'other-client') this.#add(before, inode, state === 'CLOSE_WAIT', state === 'CLOSE_WAIT');
    }
    for (const { row } of outside) this.#add(before, row.inode, true, false);
    for (const [inode, life] of before) if (!this.#lives.has(inode)) this.#end(life);
  }

  /** Those whose client has gone, or has ended its side. */
  gone(): number[] {
    return [...this.#lives].flatMap(([inode, { goneSinceMs }]) => (goneSinceMs === undefined ? [] : [inode]));
  }

  /** How long the client of a socket has been gone; 0 when it was not seen so. */
  goneForMs(inode: number): number {
    const sinceMs = this.#lives.get(inode)?.goneSinceMs;
    return sinceMs === undefined ? 0 : this.#nowMs - sinceMs;
  }

  /**
   * Whether the client has been gone for `leastMs`, and for longer than the server has kept any other one that it closed.
   * Where the client waits for the end of the other side, it has to be longer than any connection has lived.
   */
  isKept(inode: number, leastMs: number): boolean {
    const life = this.#lives.get(inode);
    if (life?.goneSinceMs === undefined) return false;
    const usualMs = life.isHalfClosed
      ? Math.max(this.#longestLifeMs, this.#longestGoneMs)
      : this.#longestGoneMs;
    return this.#nowMs - life.goneSinceMs >= Math.max(leastMs, USUAL * usualMs);
  }

  #add(before: ReadonlyMap<number, Life>, inode: number, isGone: boolean, isHalfClosed: boolean): void {
    const known = before.get(inode);
    this.#lives.set(inode, {
      firstMs: known?.firstMs ?? this.#nowMs,
      goneSinceMs: isGone ? (known?.goneSinceMs ?? this.#nowMs) : undefined,
      isHalfClosed,
      lastMs: this.#nowMs,
    });
  }

  #end({ firstMs, goneSinceMs, lastMs }: Life): void {
    this.#longestLifeMs = Math.max(this.#longestLifeMs, lastMs - firstMs);
    if (goneSinceMs !== undefined) this.#longestGoneMs = Math.max(this.#longestGoneMs, lastMs - goneSinceMs);
  }
}

/** It ended at some time between two looks. */
const USUAL = 1.2;

/** In use: both of its ends live. In CLOSE_WAIT its client has ended, and waits at most. */
export function isOfLivingClient({ role, state }: Observation['held'][number]): boolean {
  return role === 'other-client' && state !== 'CLOSE_WAIT';
}
