import { takeCensus } from '../../src/gather/attribution.js';
import type { Fd } from '../../src/proc/fds.js';
import type { FdKind } from '../../src/proc/parse/fd-link.js';
import type { SocketRow } from '../../src/proc/parse/socket-table.js';
import type { ProcessSnapshot, Snapshot } from '../../src/sampler/snapshot.js';
import {
  CENSUS_KEYS,
  type Census,
  type CensusKey,
  type Evidence,
  type HeldClients,
  type HeldSocket,
  type OwnCycles,
  type Round,
} from '../../src/verdict/evidence.js';
import type { CycleOrigin } from '../../src/workload/ledger.js';
import { emptyTally, type Tally } from '../../src/workload/tally.js';

export const SERVER_PORT = 9_000;
const WARMUP = 10;
const CYCLES = 1_000;
const JUDGED = WARMUP + CYCLES;
const KIB = 1_024;
/** What is known of cycles in some runs only. */
const OPTIONAL: readonly string[] = [
  'work',
  'asked',
  'capped',
  'ownDrops',
  'fdRoom',
  'passesLimit',
  'timer',
  'liveHeap',
] satisfies ReadonlyArray<keyof OwnCycles>;

/** What is other than usual, of the server or of the cycles. */
export type Different = Partial<Evidence & OwnCycles>;

/** What a clean native server with one process shows after 10 warm-up cycles and 1000 judged ones. */
export function buildEvidence(different: Different = {}): Evidence {
  const own: OwnCycles = {
    concurrency: 1,
    ratePerSecond: undefined,
    rampMs: 0,
    pace: [],
    hold: undefined,
    originOf,
    connectionOf,
    clients: ['fin'],
    clientOf: () => 'fin',
    apart: [],
    requestIsMeant: false,
    followed: undefined,
    watched: undefined,
    embryonicResets: 0,
    deferredDrops: 0,
  };
  const before = different.before ?? snapshot([serverProcess()]);
  const told = Object.entries(different);
  const ofOwn = (key: string) => key in own || OPTIONAL.includes(key);
  return {
    // Whoever watches others has no cycles.
    own: different.watch ? undefined : { ...own, ...Object.fromEntries(told.filter(([key]) => ofOwn(key))) },
    serverPort: SERVER_PORT,
    timeoutMs: 5_000,
    before,
    baseline: snapshot([serverProcess()]),
    after: snapshot([serverProcess()]),
    beforeCounts: takeCensus(before, before, []),
    baselineCounts: census(),
    rounds: rounds(),
    warmup: tally({ requested: WARMUP, completed: WARMUP, acceptedAtLeast: WARMUP }),
    cycles: tally({ requested: CYCLES, completed: CYCLES, acceptedAtLeast: JUDGED, durationMs: 90 }),
    confirm: tally(),
    connections: JUDGED,
    judgedConnections: JUDGED,
    warmupConnections: WARMUP,
    settled: { state: 'back', lastChangeMs: 0, tookMs: 0, asleep: false },
    queueSettled: { state: 'back', lastChangeMs: 0, tookMs: 0, asleep: false },
    held: [],
    outside: [],
    acceptQueue: 0,
    unaccepted: [],
    departed: [],
    listenerGone: false,
    listenOverflows: 0,
    listenDrops: 0,
    quiet: undefined,
    runtime: 'native',
    rootCount: 1,
    fdLimit: 1_024,
    maxMapCount: 65_530,
    heldAtRest: 0,
    waits: [],
    pidsLimit: { most: 32_768, now: 768 },
    confirming: [],
    budgetSpent: false,
    interrupted: false,
    ...Object.fromEntries(told.filter(([key]) => !ofOwn(key))),
  };
}

/** A hundred silent clients, beside whom others were served; each cost a descriptor and 4 KiB. */
export function heldClients(different: Partial<HeldClients> = {}): HeldClients {
  const idle = { fds: 5, fullestFds: 5, anonBytes: 2_048 * KIB, threads: 1, processes: 1 };
  return {
    ...{ wanted: 100, opened: 100, accepted: 100, failures: {}, ended: 0, end: 'fin', servedBy: 'accept' },
    ...{ aloneMs: 0.21, serviceMs: [0.4, 0.2, 0.3], blocked: false, waitedMs: 0 },
    idle,
    holding: { ...idle, fds: 105, fullestFds: 105, anonBytes: 2_448 * KIB },
    ...different,
  };
}

/** The local port of a connection: 40001 for the first of the run. */
export function portOf(connection: number): number {
  return 40_000 + connection;
}

/** The connection of a local port, for the 10 000 ports from 40001 on. */
export function connectionOf(port: number): number | undefined {
  return port > 40_000 && port <= 50_000 ? port - 40_000 : undefined;
}

function originOf(connection: number): CycleOrigin {
  if (connection <= WARMUP) return { phase: 'warm-up', cycle: connection };
  if (connection <= JUDGED) return { phase: 'cycles', cycle: connection - WARMUP };
  return { phase: 'confirm', cycle: connection - JUDGED };
}

/** Standard streams, the listening socket and an epoll instance: what a small server has when nobody talks to it. */
export function serverFds(): Fd[] {
  return [
    fd(0, 'device'),
    fd(1, 'pipe', 901),
    fd(2, 'pipe', 902),
    fd(3, 'socket', 5_000),
    fd(4, 'eventpoll'),
  ];
}

export function fd(number: number, kind: FdKind, inode = 0): Fd {
  return { number, kind, inode, name: `${kind} ${number}` };
}

export function serverProcess(different: Partial<ProcessSnapshot> = {}): ProcessSnapshot {
  return {
    pid: 4_242,
    startTicks: 1_000,
    parentPid: 1,
    comm: 'server',
    state: 'S',
    cpuTicks: 5,
    childFaults: 0,
    endedThreadFaults: 0,
    sleeps: 0,
    threads: 1,
    anonBytes: 2_048 * KIB,
    rssBytes: 4_096 * KIB,
    mappings: 30,
    fds: serverFds(),
    ...different,
  };
}

export function snapshot(
  processes: readonly ProcessSnapshot[],
  different: Partial<Omit<Snapshot, 'processes'>> = {},
): Snapshot {
  return { atMs: 0, processes, zombies: [], deniedPids: [], ...different };
}

export function census(different: Partial<Census> = {}): Census {
  const nothing = Object.fromEntries(CENSUS_KEYS.map(key => [key, 0])) as Record<CensusKey, number>;
  return { ...nothing, device: 1, pipe: 2, eventpoll: 1, thread: 1, mapping: 30, ...different };
}

export function tally(different: Partial<Tally> = {}): Tally {
  return { ...emptyTally(), ...different };
}

/** 24 rounds of level memory; the last has been counted too. */
export function rounds(anonBytesAt: (connections: number) => number = () => 2_048 * KIB): Round[] {
  return Array.from({ length: 24 }, (_, index) => {
    const connections = WARMUP + Math.round((CYCLES * (index + 1)) / 24);
    return round({
      connections,
      anonBytes: anonBytesAt(connections),
      counts: index === 23 ? census() : undefined,
    });
  });
}

export function round(different: Partial<Round>): Round {
  return {
    phase: 'cycles',
    connections: JUDGED,
    anonBytes: undefined,
    heap: undefined,
    counts: undefined,
    ...different,
  };
}

/**
 * Evidence of a growth without a name: `inCycles` more of `key` after the judged cycles, and then how many more there
 * were after each confirming round of 300 cycles.
 */
export function grown(
  key: CensusKey,
  inCycles: number,
  confirming: readonly number[],
  different: Different = {},
): Evidence {
  const base = census()[key];
  const counted = confirming.map((count, index) =>
    round({
      phase: 'confirm',
      connections: JUDGED + 300 * (index + 1),
      anonBytes: 2_048 * KIB,
      counts: census({ [key]: base + count }),
    }),
  );
  const made = 300 * confirming.length;
  return buildEvidence({
    rounds: [
      ...rounds().slice(0, -1),
      round({ anonBytes: 2_048 * KIB, counts: census({ [key]: base + inCycles }) }),
      ...counted,
    ],
    confirm: tally({ requested: made, completed: made }),
    connections: JUDGED + made,
    ...different,
  });
}

/** Sockets that the server forgot, one for each of these connections. */
export function forgotten(connections: readonly number[]): HeldSocket[] {
  return connections.map((connection, index) => ({
    role: 'connection',
    inode: 6_000 + connection,
    state: 'CLOSE_WAIT',
    connection,
    descriptors: [{ pid: 4_242, number: 5 + index }],
  }));
}

/** Evidence of a server that holds these connections for good. */
export function leaking(connections: readonly number[], different: Different = {}): Evidence {
  const held = forgotten(connections);
  const fds = [...serverFds(), ...held.map(({ inode }, index) => fd(5 + index, 'socket', inode))];
  return buildEvidence({
    held,
    after: snapshot([serverProcess({ fds })]),
    settled: { state: 'held', lastChangeMs: 5, tookMs: 1_005, asleep: true },
    ...different,
  });
}

/** One row of a socket table: the server's end of connection 11. */
export function row(different: Partial<SocketRow> = {}): SocketRow {
  return {
    localAddress: '127.0.0.1',
    localPort: SERVER_PORT,
    remoteAddress: '127.0.0.1',
    remotePort: portOf(11),
    state: 'CLOSE_WAIT',
    rxQueue: 1,
    timer: 'none',
    inode: 6_011,
    ...different,
  };
}

/** 1, 2, … `last`. */
export function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}
