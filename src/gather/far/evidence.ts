import type { Options } from '../../options.js';
import { readHostFacts } from '../../proc/host.js';
import type { Settled } from '../../sampler/settle.js';
import type { Snapshot } from '../../sampler/snapshot.js';
import type { Endpoint } from '../../target/target.js';
import { takeCensus } from '../../verdict/census.js';
import type { Evidence } from '../../verdict/evidence.js';
import type { GaugeSeries } from '../../verdict/gauge-series.js';
import type { Driver } from '../driver.js';

/** What is known of a server that nobody could look into. */
export interface FarSeen {
  readonly endpoint: Endpoint;
  readonly options: Options;
  readonly driver: Driver;
  readonly gauges: readonly GaugeSeries[];
  /** It was seen to close or to answer: a handshake proves nothing. */
  readonly isServing: boolean;
  readonly budgetSpent: boolean;
  readonly interrupted: boolean;
}

/** Puts into one piece what the judge may know: the cycles, and what the server says of itself. */
export function farEvidence(seen: FarSeen): Evidence {
  const { endpoint, options, driver, gauges, isServing, budgetSpent, interrupted } = seen;
  const { ledger, cast, tallies } = driver;
  return {
    ...{ before: NOTHING, baseline: NOTHING, after: NOTHING, baselineCounts: NONE },
    ...{ rounds: [], pace: [], hold: undefined, apart: [], followed: [], watched: undefined },
    serverPort: endpoint.transport === 'tcp' ? endpoint.port : undefined,
    concurrency: options.concurrency,
    ratePerSecond: options.ratePerSecond,
    rampMs: options.rampMs,
    timeoutMs: options.timeoutMs,
    warmup: tallies['warm-up'],
    cycles: tallies.cycles,
    confirm: tallies.confirm,
    connections: ledger.opened,
    judgedConnections: ledger.opened - ledger.openedIn('confirm'),
    warmupConnections: ledger.openedIn('warm-up'),
    ...{ settled: BACK, queueSettled: BACK },
    ...{ quiet: undefined, held: [], heldAtRest: 0, outside: [], acceptQueue: 0, unaccepted: [] },
    ...{ departed: [], listenerGone: false, waits: [], rootCount: 0, fdLimit: undefined },
    ...{ listenOverflows: 0, listenDrops: 0, embryonicResets: 0, deferredDrops: 0 },
    originOf: connection => ledger.origin(connection),
    connectionOf: port => ledger.connectionOf(port),
    clients: options.clients,
    clientOf: connection => cast.clientOf(connection),
    requestIsMeant: options.script.meant,
    // Nothing is known of its memory: the kind that is given most time to warm up.
    runtime: 'managed',
    maxMapCount: readHostFacts().maxMapCount,
    pidsLimit: undefined,
    blind: ['crash', 'restart', 'fd', 'zombie', 'child', 'thread', 'mapping', 'memory'],
    far: { isServing },
    ...{ gauges, budgetSpent, interrupted },
  };
}

const BACK: Settled = { state: 'back', lastChangeMs: 0, tookMs: 0, asleep: false };
const NOTHING: Snapshot = { atMs: 0, processes: [], zombies: [], deniedPids: [] };
const NONE = takeCensus(NOTHING, NOTHING, []);
