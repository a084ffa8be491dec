import type { Options } from '../options/run.js';
import { readHostFacts } from '../proc/host.js';
import type { ListenCounters } from '../proc/parse/netstat.js';
import { readPidsLimit } from '../proc/pids-limit.js';
import { readListenCounters } from '../proc/sockets.js';
import type { Snapshot } from '../sampler/snapshot.js';
import type { Target } from '../target/target.js';
import type { Evidence } from '../verdict/evidence.js';
import { FACTS } from '../workload/client-names.js';
import { ANY_STATUS } from '../workload/script.js';
import type { Witnessed } from './confirming.js';
import { departedFrom } from './departed.js';
import type { Driver } from './driver.js';
import type { Observation, Observer } from './observer.js';
import type { LastRest } from './rest.js';
import type { RunHooks } from './timeline.js';

/** What a trial has gathered so far. */
export interface Gathered
  extends Witnessed,
    Pick<
      Evidence,
      | 'rounds'
      | 'pace'
      | 'work'
      | 'hold'
      | 'apart'
      | 'queueSettled'
      | 'budgetSpent'
      | 'capped'
      | 'interrupted'
    > {
  readonly confirming: NonNullable<Evidence['confirming']>;
  readonly target: Target;
  readonly options: Options;
  readonly observer: Observer;
  readonly driver: Driver;
  readonly before: Snapshot;
  /** After the warm-up. */
  readonly baseline: Observation;
  /** After the judged cycles had settled. */
  readonly rest: LastRest;
  /** The last look of all: the same, unless there were confirming rounds. */
  readonly latest: Observation;
  readonly countersBefore: ListenCounters;
  readonly endingOf: RunHooks['endingOf'];
}

/** Puts into one piece what the judge may know. */
export function collectEvidence(gathered: Gathered): Evidence {
  const { target, options, observer, before, baseline, latest, countersBefore } = gathered;
  const {
    rounds,
    pace,
    work = [],
    hold,
    apart,
    confirming,
    budgetSpent,
    capped,
    interrupted,
    pursued,
  } = gathered;
  const { ledger, cast, tallies } = gathered.driver;
  const { settled, quiet, latest: after } = gathered.rest;
  const counters = readListenCounters(target.network);
  // What further cycles made the server let go, as a collector of garbage does, is not held.
  const stillHeld = new Set(latest.held.map(({ inode }) => inode));
  const rootPids = target.roots.map(({ pid }) => pid);
  return {
    ranBefore: observer.ranBefore,
    ...{
      rounds,
      pace,
      work,
      hold,
      apart,
      confirming,
      settled,
      quiet,
      budgetSpent,
      capped,
      interrupted,
      before,
    },
    serverPort: target.endpoint.transport === 'tcp' ? target.endpoint.port : undefined,
    concurrency: options.concurrency,
    ratePerSecond: options.ratePerSecond,
    rampMs: options.rampMs,
    timeoutMs: options.timeoutMs,
    baseline: baseline.snapshot,
    baselineCounts: baseline.census,
    after: after.snapshot,
    warmup: tallies['warm-up'],
    cycles: tallies.cycles,
    confirm: tallies.confirm,
    connections: ledger.opened,
    judgedConnections: ledger.opened - ledger.openedIn('confirm'),
    warmupConnections: ledger.openedIn('warm-up'),
    held: after.held.filter(({ inode }) => stillHeld.has(inode)),
    heldAtRest: after.held.filter(({ role }) => role === 'connection').length,
    followed: pursued?.map(({ connection, inode }) => ({
      connection,
      descriptors: descriptorsOf(latest.snapshot, inode),
    })),
    watched: gathered.watched,
    outside: after.outside,
    ...{ acceptQueue: latest.acceptQueue, queueSettled: gathered.queueSettled },
    unaccepted: latest.unaccepted,
    departed: departedFrom(observer, latest.snapshot, gathered.endingOf),
    program: target.program,
    checker: target.checker && { name: target.checker, isHeard: gathered.endingOf !== undefined },
    listenerGone: observer.listenerIsGone(),
    listenOverflows: counters.listenOverflows - countersBefore.listenOverflows,
    listenDrops: counters.listenDrops - countersBefore.listenDrops,
    embryonicResets: counters.embryonicResets - countersBefore.embryonicResets,
    deferredDrops: counters.deferredDrops - countersBefore.deferredDrops,
    originOf: connection => ledger.origin(connection),
    connectionOf: port => ledger.connectionOf(port),
    waits: observer.waits,
    clients: options.clients,
    clientOf: connection => cast.clientOf(connection),
    requestIsMeant: options.script.meant,
    asked: askedOf(options),
    runtime: target.runtime,
    rootCount: rootPids.length,
    fdLimit: target.limits.openFiles,
    passesLimit: options.passesLimit && !options.thorough && options.budgetMs > 0,
    fdRoom: roomLeft(options.mostFds, before, latest.snapshot),
    maxMapCount: readHostFacts().maxMapCount,
    pidsLimit: readPidsLimit(rootPids[0] ?? 0),
  };
}

/** What was asked for, by the names of the routes; none where no client of the run sends a whole request. */
function askedOf({ clients, script, hold }: Options): Evidence['asked'] {
  const sends = clients.some(name => {
    const { request } = FACTS[name];
    return request === 'whole' || (request === 'may' && script.meant);
  });
  const { http } = script;
  return {
    isRequest: sends,
    routes: sends && http ? [...new Set(http.requests.map(({ route }) => route))] : [],
    accepts: http?.accepts ?? ANY_STATUS,
    isIdle: hold > 0 || clients.some(name => FACTS[name].pauses > 0),
  };
}

/** Confirming may take as much again as the judged cycles. */
function roomLeft(mostFds: number | undefined, before: Snapshot, now: Snapshot): number | undefined {
  if (mostFds === undefined) return undefined;
  const count = ({ processes }: Snapshot) => processes.reduce((sum, { fds }) => sum + fds.length, 0);
  return Math.max(0, 2 * mostFds - (count(now) - count(before)));
}

function descriptorsOf({ processes }: Snapshot, inode: number) {
  return processes.flatMap(({ pid, fds }) =>
    fds.filter(fd => fd.kind === 'socket' && fd.inode === inode).map(({ number }) => ({ pid, number })),
  );
}
