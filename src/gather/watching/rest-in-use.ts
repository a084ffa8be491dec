import { setTimeout as sleep } from 'node:timers/promises';
import { type Settled, settle } from '../../sampler/settle.js';
import type { Outlook } from '../../sampler/sleep.js';
import type { Census, CensusKey } from '../../verdict/evidence.js';
import { CENSUS_KEYS } from '../../verdict/evidence.js';
import type { Observation, Observer } from '../observer.js';
import {
  type LastRest,
  outstanding,
  queued,
  type Rest,
  restAfterRound,
  type SettlingLook,
  watchedBy,
  watchQuiet,
} from '../rest.js';
import { isOfLivingClient, type Looks } from './looks.js';

/** Who looks, and at what the server had before. */
export interface RestingServer {
  readonly observer: Observer;
  readonly looks: Looks;
  readonly usual: Census;
  readonly settleMs: number;
  readonly lateMs: number;
  /** How long a server may leave its queue as it is: on a machine without CPU that is longer than it takes to close. */
  readonly timeoutMs: number;
  /** Ends it early. */
  readonly signal: AbortSignal;
}

/** How the server stood, and whether others went on using it. */
export type WatchedRest = LastRest & { readonly queueSettled: Settled; readonly isInUse: boolean };

/**
 * After a load: until all is back, or is known to be held. Where others go on using the server it never stands still, so
 * only those sockets are waited for whose clients have gone by now; what the others have at each look is in flight.
 */
export async function restWatched(server: RestingServer, isInUseAnyway: boolean): Promise<WatchedRest> {
  const { observer, looks, usual, settleMs, lateMs, timeoutMs, signal } = server;
  const queueMs = Math.max(settleMs, timeoutMs);
  const recent = new RecentLooks();
  let isInUse = isInUseAnyway;
  /** All that the load can have made: what had been accepted when it was over, and what was still queued. */
  let ofLoad: number | undefined;
  let suspects: ReadonlySet<number> | undefined;
  const look = (): SettlingLook => {
    const observation = looks.take(true);
    suspects ??= new Set(looks.lives.gone());
    recent.add(observation, looks.accepted);
    ofLoad ??= looks.accepted + queued(observation);
    isInUse ||= looks.accepted > ofLoad || observation.held.some(isOfLivingClient);
    if (!isInUse) return outstanding(observation, usual, observer.knowsOurs);
    const gone = looks.lives.gone().filter(inode => suspects?.has(inode));
    return { observation, outstanding: gone.length, fingerprint: gone.join() };
  };
  const startedAtMs = performance.now();
  const limits = { settleMs, drainMs: 2 * settleMs, lateMs };
  const outlook = watchedBy(observer);
  const { settled, last } = await settle(
    look,
    { outlook: (seen, nowMs, untilMs) => (isInUse ? IN_USE : outlook(seen, nowMs, untilMs)) },
    limits,
    signal,
  );
  const leastMs = settled.asleep ? ASLEEP_MS : settleMs;
  const isKept = (inode: number) => looks.lives.isKept(inode, leastMs);
  let { observation } = last;
  const young = () => looks.lives.gone().filter(inode => suspects?.has(inode) && !isKept(inode));
  const isYoung = () => young().length > 0 && !isAnyKept(observation, isKept);
  if (settled.state === 'held') observation = look().observation;
  const isOpen = () => {
    const tookMs = performance.now() - startedAtMs;
    if (isInUse && recent.isQueueInDoubt(queueMs)) return tookMs < limits.drainMs + queueMs;
    // Each is given its time: the last ones of a load are seen for the first time when it is over.
    return settled.state !== 'back' && young().length > 0 && tookMs < limits.drainMs;
  };
  while (isOpen() && !signal.aborted) {
    await sleep(STEP_MS, undefined, { signal }).catch(() => undefined);
    observation = look().observation;
  }
  const quietest = recent.quietest(observation, isInUse);
  const { state } = settled;
  const isDraining = state !== 'back' && isYoung();
  // What was waited for in vain is told as draining, and judged as nothing else.
  const latest = isDraining ? quietest : withoutFlight(quietest, isKept);
  if (isInUse) {
    const isHeld = isAnyKept(observation, isKept);
    const tookMs = performance.now() - startedAtMs;
    return {
      settled: {
        ...{ state: isHeld ? 'held' : isDraining ? 'draining' : 'back', lastChangeMs: 0 },
        ...{ tookMs, asleep: false },
      },
      queueSettled: recent.queueSettled(queueMs),
      ...{ latest, quiet: undefined, isInUse },
    };
  }
  const quiet =
    state === 'back' || settled.asleep ? undefined : await watchQuiet(observer, observation, signal);
  const how = isDraining ? ({ ...settled, state: 'draining' } as const) : settled;
  return { settled: how, queueSettled: how, latest, quiet, isInUse };
}

/** Nothing is known of what a server will do that is in use. */
const IN_USE: Outlook = {
  sleep: 'unknown',
  unwokenSinceMs: Number.POSITIVE_INFINITY,
  due: undefined,
  hasTimeout: false,
};

/** After a further load. Where others use the server, each count is the least of some looks. */
export async function restWatchedAgain(server: RestingServer, isInUse: boolean): Promise<Rest> {
  const { observer, looks, usual, settleMs, timeoutMs, signal } = server;
  const queueMs = Math.max(settleMs, timeoutMs);
  if (!isInUse) return restAfterRound(observer, usual, settleMs, signal);
  const recent = new RecentLooks();
  const startedAtMs = performance.now();
  let observation: Observation;
  for (;;) {
    observation = looks.take(true);
    recent.add(observation, looks.accepted);
    const isOver = performance.now() - startedAtMs >= RECENT_MS && !recent.isQueueInDoubt(queueMs);
    if (isOver || signal.aborted) break;
    await sleep(STEP_MS, undefined, { signal }).catch(() => undefined);
  }
  return { settled: recent.queueSettled(queueMs), latest: recent.quietest(observation, true) };
}

/** What was seen in the last second: what all of it has is not that of connections which come and go. */
class RecentLooks {
  #looks: Array<{ readonly atMs: number; readonly census: Census }> = [];
  readonly #startedAtMs = performance.now();
  #accepted = 0;
  #queueMovedAtMs: number | undefined;

  add({ census, acceptQueue, unaccepted }: Observation, accepted: number): void {
    const atMs = performance.now();
    const isQueued = acceptQueue > 0 || unaccepted.length > 0;
    // A queue out of which connections are taken does not stand still.
    if (!isQueued || accepted > this.#accepted) this.#queueMovedAtMs = atMs;
    this.#accepted = accepted;
    this.#looks = this.#looks.filter(look => atMs - look.atMs <= RECENT_MS);
    this.#looks.push({ atMs, census });
  }

  /** It has stood still for a while, and not yet for as long as a server may stop for. */
  isQueueInDoubt(queueMs: number): boolean {
    return this.#queueStandsMs >= RECENT_MS && this.#queueStandsMs < queueMs;
  }

  queueSettled(queueMs: number): Settled {
    const stands = this.#queueStandsMs >= queueMs;
    return { state: stands ? 'held' : 'back', lastChangeMs: 0, tookMs: this.#queueStandsMs, asleep: false };
  }

  /** The last look, with the least of each count. */
  quietest(last: Observation, isInUse: boolean): Observation {
    if (!isInUse) return last;
    const least = (key: CensusKey) =>
      Math.min(last.census[key], ...this.#looks.map(({ census }) => census[key]));
    const census = Object.fromEntries(CENSUS_KEYS.map(key => [key, least(key)])) as Record<CensusKey, number>;
    return {
      ...last,
      census,
      ...(this.#queueStandsMs < RECENT_MS ? { acceptQueue: 0, unaccepted: [] } : {}),
    };
  }

  get #queueStandsMs(): number {
    return performance.now() - (this.#queueMovedAtMs ?? this.#startedAtMs);
  }
}

/** What is kept is a forgotten connection, whether its client waits for its end or not; what is young is none. */
function withoutFlight(observation: Observation, isKept: (inode: number) => boolean): Observation {
  const held = observation.held.flatMap(socket => {
    if (isOfClient(socket) && isKept(socket.inode)) return [{ ...socket, role: 'connection' as const }];
    return socket.role === 'connection' ? [] : [socket];
  });
  return { ...observation, held, outside: observation.outside.filter(({ row }) => isKept(row.inode)) };
}

function isAnyKept({ held, outside }: Observation, isKept: (inode: number) => boolean): boolean {
  return (
    held.some(socket => isOfClient(socket) && isKept(socket.inode)) ||
    outside.some(({ row }) => isKept(row.inode))
  );
}

function isOfClient({ role }: Observation['held'][number]): boolean {
  return role === 'connection' || role === 'other-client';
}

const STEP_MS = 100;
const RECENT_MS = 1_000;
/** A server all of whose threads sleep for good closes nothing any more. */
const ASLEEP_MS = 900;
