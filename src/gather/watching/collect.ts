import { readHostFacts } from '../../proc/host.js';
import type { ListenCounters } from '../../proc/parse/netstat.js';
import { readPidsLimit } from '../../proc/pids-limit.js';
import type { NetOwner } from '../../proc/sockets.js';
import { readListenCounters } from '../../proc/sockets.js';
import type { Target } from '../../target/target.js';
import type { Evidence, Round } from '../../verdict/evidence.js';
import type { HeldSocket } from '../../verdict/held.js';
import { memoryOfTime, memoryWhileWatched, type RoundsOfTime } from '../../verdict/moments.js';
import type { WatchFacts } from '../../verdict/watched-load.js';
import { emptyTally, type Tally } from '../../workload/tally.js';
import { departedFrom } from '../departed.js';
import type { Observation, Observer } from '../observer.js';
import type { LastRest } from '../rest.js';
import type { Looks } from './looks.js';

/** What watching has gathered so far. */
export interface WatchSeen {
  readonly target: Target;
  readonly observer: Observer;
  readonly looks: Looks;
  readonly baseline: Observation;
  readonly rest: LastRest;
  readonly latest: Observation;
  readonly queueSettled: Evidence['queueSettled'];
  /** Connections accepted in the first load, and so many for each further one. */
  readonly accepted: number;
  readonly acceptedInAll: number;
  /** After each further load; the first is that after the first one. */
  readonly settledRounds: readonly Round[];
  /** Where the load was not made again, what its own time tells. */
  readonly ofTime: RoundsOfTime | undefined;
  readonly facts: Omit<WatchFacts, 'judgedMs'> & { readonly observedMs: number };
  /** Private memory of the processes that were there before, at rest. */
  readonly restBytes: number | undefined;
  readonly timeoutMs: number;
  readonly countersBefore: ListenCounters;
  readonly budgetSpent: boolean;
  readonly interrupted: boolean;
}

/** Puts into one piece what the judge may know of a server that others have used. */
export function collectWatched(seen: WatchSeen): Evidence {
  const { target, observer, baseline, rest, latest, ofTime, facts, accepted, acceptedInAll } = seen;
  const { observedMs, ...told } = facts;
  const stillHeld = new Set(latest.held.map(({ inode }) => inode));
  const before = observer.before;
  const rootPids = target.roots.map(({ pid }) => pid);
  const judged = ofTime?.judged ?? accepted;
  const mine = rest.latest.held.filter(({ role }) => role !== 'other-client');
  const isForgotten = mine.some(({ role }) => role === 'connection');
  return {
    before,
    baseline: baseline.snapshot,
    baselineCounts: ofTime?.base ?? baseline.census,
    after: rest.latest.snapshot,
    rounds: [...memoryOfTime(seen.looks.moments), ...(ofTime?.rounds ?? seen.settledRounds)],
    confirming: [],
    serverPort: target.endpoint.transport === 'tcp' ? target.endpoint.port : undefined,
    timeoutMs: seen.timeoutMs,
    warmup: emptyTally(),
    cycles: made(judged, facts.durationMs),
    confirm: made(ofTime?.confirmed ?? acceptedInAll - judged, 0),
    connections: acceptedInAll,
    judgedConnections: isForgotten ? accepted : judged,
    warmupConnections: 0,
    settled: rest.settled,
    quiet: rest.quiet,
    ranBefore: observer.ranBefore,
    held: mine.filter(({ inode }) => stillHeld.has(inode)).map(withoutNumber),
    heldAtRest: mine.filter(({ role }) => role === 'connection').length,
    outside: rest.latest.outside,
    ...{ acceptQueue: latest.acceptQueue, queueSettled: seen.queueSettled },
    unaccepted: latest.unaccepted,
    departed: departedFrom(observer, latest.snapshot),
    program: target.program,
    listenerGone: observer.listenerIsGone(),
    ...countersSince(seen.countersBefore, target.network),
    waits: observer.waits,
    runtime: target.runtime,
    rootCount: rootPids.length,
    fdLimit: target.limits.openFiles,
    maxMapCount: readHostFacts().maxMapCount,
    pidsLimit: readPidsLimit(rootPids[0] ?? 0),
    watch: {
      ...told,
      memory: memoryWhileWatched(seen.looks.moments, seen.restBytes),
      judgedMs: isForgotten ? observedMs : (ofTime?.judgedMs ?? observedMs),
    },
    budgetSpent: seen.budgetSpent,
    interrupted: seen.interrupted,
  };
}

/** Overflows count against the server; what else the kernel counts is asked of cycles of our own only. */
function countersSince(before: ListenCounters, network: NetOwner) {
  const now = readListenCounters(network);
  return {
    listenOverflows: now.listenOverflows - before.listenOverflows,
    listenDrops: now.listenDrops - before.listenDrops,
  };
}

function made(connections: number, durationMs: number): Tally {
  return { ...emptyTally(), requested: connections, completed: connections, durationMs };
}

function withoutNumber(socket: HeldSocket): HeldSocket {
  return { ...socket, connection: undefined };
}
