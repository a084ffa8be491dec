import { type HowItEnded, signalName } from '../exit-words.js';
import type { Options } from '../options/run.js';
import { readHostFacts, readPidsLimit } from '../proc/host.js';
import { readLoggedDeaths } from '../proc/kernel-log.js';
import type { ListenCounters } from '../proc/parse/netstat.js';
import { readListenCounters } from '../proc/sockets.js';
import type { Settled } from '../sampler/settle.js';
import type { Snapshot } from '../sampler/snapshot.js';
import type { Target } from '../target/target.js';
import type { Departed, Evidence, OwnCycles } from '../verdict/evidence.js';
import { FACTS } from '../workload/client-names.js';
import { ANY_STATUS, routesOf } from '../workload/script.js';
import { departedProcesses, takeCensus } from './attribution.js';
import type { Driver } from './driver.js';
import type { Observation, Observer } from './observer.js';
import type { LastRest, Rest } from './rest.js';
import type { RunHooks } from './timeline.js';

/** The looks at a server that its evidence is made of. */
export interface Looked {
  readonly target: Target;
  readonly observer: Observer;
  /** After the warm-up. */
  readonly baseline: Observation;
  /** After the judged cycles had settled. */
  readonly rest: LastRest;
  /** The last look of all: the same, unless there were confirming rounds. */
  readonly latest: Rest;
  readonly countersBefore: ListenCounters;
  readonly endingOf?: RunHooks['endingOf'];
}

type OfServer =
  | (
      | 'serverPort'
      | 'program'
      | 'before'
      | 'baseline'
      | 'after'
      | 'beforeCounts'
      | 'baselineCounts'
      | 'settled'
      | 'queueSettled'
    )
  | ('held' | 'heldAtRest' | 'outside' | 'acceptQueue' | 'unaccepted' | 'departed' | 'quiet' | 'ranBefore')
  | (
      | 'changes'
      | 'listenerGone'
      | 'listenOverflows'
      | 'listenDrops'
      | 'waits'
      | 'runtime'
      | 'rootCount'
      | 'fdLimit'
    )
  | ('checker' | 'maxMapCount' | 'pidsLimit');

/** What the judge may know of a server that was looked into, whoever talked to it. */
export function partOfServer(looked: Looked): Pick<Evidence, OfServer> {
  const { target, observer, baseline, rest, latest, countersBefore, endingOf } = looked;
  const { snapshot, held, acceptQueue, unaccepted } = latest.latest;
  const counters = readListenCounters(target.network);
  // What further cycles made the server let go, as a collector of garbage does, is not held.
  const stillHeld = new Set(held.map(({ inode }) => inode));
  const [rootPid = 0] = observer.rootPids;
  return {
    serverPort: target.endpoint.transport === 'tcp' ? target.endpoint.port : undefined,
    program: target.program,
    before: observer.before,
    baseline: baseline.snapshot,
    after: rest.latest.snapshot,
    beforeCounts: takeCensus(observer.before, observer.before, []),
    baselineCounts: baseline.census,
    settled: rest.settled,
    queueSettled: latest.settled,
    held: rest.latest.held.filter(({ inode }) => stillHeld.has(inode)),
    heldAtRest: rest.latest.held.filter(({ role }) => role === 'connection').length,
    outside: rest.latest.outside,
    acceptQueue,
    unaccepted,
    departed: departedFrom(observer, snapshot, endingOf),
    quiet: rest.quiet,
    ranBefore: observer.ranBefore,
    listenerGone: observer.listenerIsGone(),
    changes: observer.changes,
    listenOverflows: counters.listenOverflows - countersBefore.listenOverflows,
    listenDrops: counters.listenDrops - countersBefore.listenDrops,
    waits: observer.waits,
    runtime: target.runtime,
    rootCount: target.roots.length,
    fdLimit: target.limits.openFiles,
    checker: target.checker && { name: target.checker, isHeard: endingOf !== undefined },
    maxMapCount: readHostFacts().maxMapCount,
    pidsLimit: readPidsLimit(rootPid),
  };
}

/** Who of the server is gone, and all that anybody can tell of why. */
function departedFrom(
  observer: Observer,
  now: Snapshot,
  endingOf?: (pid: number) => HowItEnded | undefined,
): Departed[] {
  const departed = departedProcesses(
    observer.before,
    now,
    observer.rootPids,
    process => observer.servedBefore(process),
    endingOf,
  );
  if (departed.length === 0) return departed;
  const deaths = readLoggedDeaths(observer.openedUs);
  return departed.map(process => {
    const death = deaths.findLast(({ pid }) => pid === process.pid);
    return {
      ...process,
      title: observer.titleOf(process.pid),
      logged: death && { signal: signalName(death.signal), said: death.said },
    };
  });
}

/** The same of a server that cannot be looked into: nothing was seen of it. */
export function partOutOfSight({ endpoint, runtime }: Target): Pick<Evidence, OfServer> {
  return {
    serverPort: endpoint.transport === 'tcp' ? endpoint.port : undefined,
    ...{
      before: NOTHING,
      baseline: NOTHING,
      after: NOTHING,
      beforeCounts: NONE,
      baselineCounts: NONE,
    },
    ...{ settled: BACK, queueSettled: BACK, held: [], heldAtRest: 0, outside: [], acceptQueue: 0 },
    ...{ unaccepted: [], departed: [], quiet: undefined, listenerGone: false },
    ...{ listenOverflows: 0, listenDrops: 0, waits: [], runtime, rootCount: 0, fdLimit: undefined },
    checker: undefined,
    maxMapCount: readHostFacts().maxMapCount,
    pidsLimit: undefined,
  };
}

const NOTHING: Snapshot = { atMs: 0, processes: [], zombies: [], deniedPids: [] };
const NONE = takeCensus(NOTHING, NOTHING, []);
const BACK: Settled = { state: 'back', lastChangeMs: 0, tookMs: 0, asleep: false };

type OfCycles =
  | ('timeoutMs' | 'warmup' | 'cycles' | 'confirm' | 'connections' | 'judgedConnections')
  | 'warmupConnections';

/** What the judge may know of cycles of our own, wherever the server lives. `seen`: what took looking at the server. */
export function partOfCycles(
  options: Options,
  { ledger, cast, tallies, isCutShort }: Driver,
  seen: Partial<OwnCycles>,
): Pick<Evidence, OfCycles> & { readonly own: OwnCycles } {
  const { clients, concurrency, workers, sources, ratePerSecond, rampMs, script, timeoutMs } = options;
  return {
    own: {
      ...{ clients, concurrency, workers, sources, ratePerSecond, rampMs },
      requestIsMeant: script.meant,
      asked: askedOf(options),
      originOf: connection => ledger.origin(connection),
      connectionOf: (port, address) => ledger.connectionOf(port, address),
      clientOf: connection => cast.clientOf(connection),
      ...{ pace: [], hold: undefined, apart: [], followed: undefined, watched: undefined },
      ...{ embryonicResets: 0, deferredDrops: 0 },
      tooSlowFor: isCutShort && !options.thorough ? options.cycles : undefined,
      ...seen,
    },
    timeoutMs,
    warmup: tallies['warm-up'],
    cycles: tallies.cycles,
    confirm: tallies.confirm,
    connections: ledger.opened,
    judgedConnections: ledger.opened - ledger.openedIn('confirm'),
    warmupConnections: ledger.openedIn('warm-up'),
  };
}

/** What was asked for, by the names of the routes; none where no client of the run sends a whole request. */
function askedOf({ clients, script, hold }: Options): OwnCycles['asked'] {
  const sends = clients.some(name => {
    const { request } = FACTS[name];
    return request === 'whole' || (request === 'may' && script.meant);
  });
  const { http } = script;
  return {
    isRequest: sends,
    routes: sends ? routesOf(script) : [],
    accepts: http?.accepts ?? ANY_STATUS,
    isIdle: hold > 0 || clients.some(name => FACTS[name].pauses > 0),
  };
}
