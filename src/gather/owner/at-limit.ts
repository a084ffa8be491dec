import { setTimeout as sleep } from 'node:timers/promises';
import type { HowItEnded } from '../../exit-words.js';
import type { Options } from '../../options/run.js';
import { ownFdLimit } from '../../proc/host.js';
import { type Snapshot, takeSnapshot } from '../../sampler/snapshot.js';
import { attach } from '../../target/attach.js';
import type { Target } from '../../target/target.js';
import type { HeldSocket } from '../../verdict/evidence.js';
import type { HeldGroup } from '../../verdict/finding.js';
import type { AtLimit } from '../../verdict/life.js';
import { HoldingClients } from '../../workload/holding-clients.js';
import { Ledger } from '../../workload/ledger.js';
import { departedProcesses } from '../attribution.js';
import { Driver } from '../driver.js';
import { Observer } from '../observer.js';
import { atRest, restAtLast } from '../rest.js';

type Ending = (pid: number) => HowItEnded | undefined;

/**
 * Connects silent clients until a process of the server has come to its limit of descriptors and more are waiting, looks
 * what it does there, lets them go, and asks whether it serves again.
 *
 * @throws ChurnError when the server is not there any more.
 */
export async function driveToLimit(
  options: Options,
  openFiles: number,
  signal: AbortSignal,
  endingOf: Ending,
): Promise<AtLimit> {
  const target = await attach(options);
  const ledger = new Ledger(options.sources);
  const observer = await Observer.open(target, ledger);
  const crowd = new IdleConnectionFlood();
  try {
    const open = (different: Partial<Options>) =>
      Driver.open(target, { ...options, ...different }, 0, ledger, observer, { signal });
    const filler = await open({ timeoutMs: Math.min(STALL_MS, options.timeoutMs) });
    const most = mostClients(observer, openFiles);
    const filled = await crowd.fill(filler, observer, { openFiles, most, signal });
    const connected = observer.rememberConnected();
    const clients = crowd.count;
    const cpuPercent = filled.reached ? await cpuPercentOf(target, signal) : undefined;
    const dead = departures(target, observer.before, connected, endingOf);
    await crowd.letGo();
    const served = await untilServed(await open({}), observer, options.settleMs, signal);
    const { settleMs, lateMs } = options;
    const limits = { settleMs, drainMs: settleMs, lateMs };
    const { census } = atRest(observer.look(false, observer.before)).latest;
    const { latest } = await restAtLast(observer, census, limits, signal);
    const later = departures(target, observer.before, latest.snapshot, endingOf);
    return {
      ...{ openFiles, clients, cpuPercent, ...filled, ...served },
      // Idle workers may retire when the crowd has gone; the server itself may not.
      died: dead.died.length > 0 ? dead.died : later.died,
      replaced: dead.replaced,
      queued: latest.acceptQueue,
      fdsBefore: fdsOf(observer.before),
      fdsAfter: fdsOf(latest.snapshot),
      kept: keptGroups(latest.held, connection => ledger.origin(connection).cycle),
    };
  } finally {
    await crowd.letGo();
    observer.close();
  }
}

/** Each process has its own limit; our own descriptors and ports are limited too. */
function mostClients({ before }: Observer, openFiles: number): number {
  const room = Math.max(0, (ownFdLimit() ?? MAX_CLIENTS) - OWN_FDS);
  return Math.min(before.processes.length * openFiles + BEYOND, MAX_CLIENTS, room);
}

async function cpuPercentOf({ roots }: Target, signal: AbortSignal): Promise<number> {
  const ticks = () => {
    const { processes, atMs } = takeSnapshot(
      roots.map(({ pid }) => pid),
      performance.now(),
    );
    return { atMs, byPid: new Map(processes.map(({ pid, cpuTicks }) => [pid, cpuTicks])) };
  };
  const from = ticks();
  await sleep(WATCH_MS, undefined, { signal }).catch(() => undefined);
  const to = ticks();
  const used = [...to.byPid].map(([pid, now]) => now - (from.byPid.get(pid) ?? now));
  return Math.round((Math.max(0, ...used) * TICK_MS * 100) / Math.max(1, to.atMs - from.atMs));
}

function departures({ roots }: Target, before: Snapshot, now: Snapshot, endingOf: Ending) {
  const pids = roots.map(({ pid }) => pid);
  const gone = departedProcesses(before, now, pids, () => false, endingOf);
  return {
    died: gone.flatMap(({ pid, isRoot, ended }) => (isRoot ? [{ pid, ...ended }] : [])),
    replaced: gone.flatMap(({ pid, isRoot, replacedBy }) =>
      !isRoot && replacedBy !== undefined ? [{ pid, replacedBy }] : [],
    ),
  };
}

/** Asks again and again, because the crowd that waited in the queue is to be taken out of it first. */
async function untilServed(
  driver: Driver,
  observer: Observer,
  mostMs: number,
  signal: AbortSignal,
): Promise<Pick<AtLimit, 'servedAfterMs' | 'waitedMs'>> {
  const startedAtMs = performance.now();
  const elapsedMs = () => performance.now() - startedAtMs;
  while (!signal.aborted && !observer.serverIsGone()) {
    const { ms } = await driver.probe();
    if (ms !== undefined) return { servedAfterMs: elapsedMs(), waitedMs: elapsedMs() };
    if (elapsedMs() >= mostMs) break;
    await sleep(AGAIN_MS);
  }
  return { servedAfterMs: undefined, waitedMs: elapsedMs() };
}

function fdsOf({ processes }: Snapshot): number {
  return processes.reduce((sum, { fds }) => sum + fds.length, 0);
}

/** A queue that has stood still for so long is that of a server which cannot accept. */
const STALL_MS = 1_000;
const WATCH_MS = 500;
/** USER_HZ */
const TICK_MS = 10;
const AGAIN_MS = 20;
const BEYOND = 16;
const MAX_CLIENTS = 10_000;
/** Those of Node, and files under /proc. */
const OWN_FDS = 256;

interface Filling {
  readonly openFiles: number;
  readonly most: number;
  readonly signal: AbortSignal;
}

/** How far a server was filled. */
interface Filled {
  readonly fullestFds: number;
  readonly reached: boolean;
}

/** Silent clients that come in portions, so that it is seen after each how full the server is. */
class IdleConnectionFlood {
  readonly #portions: HoldingClients[] = [];

  /** Connected now, whether they were accepted or not. */
  get count(): number {
    return this.#portions.reduce((sum, { count }) => sum + count, 0);
  }

  /** Until no more are accepted, or more of them do not fill it: one that gives each a process, or keeps to a number. */
  async fill(driver: Driver, observer: Observer, { openFiles, most, signal }: Filling): Promise<Filled> {
    let fullestFds = fullest(observer);
    let all = countAll(observer);
    for (let asked = 0; asked < most && !signal.aborted && !observer.serverIsGone(); ) {
      const portion = Math.min(most - asked, Math.max(MIN_PORTION, openFiles - fullestFds));
      const clients = new HoldingClients();
      this.#portions.push(clients);
      await driver.connectHeld(clients, Math.min(portion, MAX_PORTION));
      asked += Math.min(portion, MAX_PORTION);
      const now = countAll(observer);
      fullestFds = Math.max(fullestFds, fullest(observer));
      if (clients.tally.stopped !== undefined || now <= all) break;
      all = now;
    }
    return { fullestFds, reached: fullestFds >= openFiles - SPARE };
  }

  /** Resolves when the last one is closed. */
  async letGo(): Promise<void> {
    await Promise.all(this.#portions.splice(0).map(clients => clients.letGo('fin')));
  }
}

function fullest(observer: Observer): number {
  return Math.max(0, ...counts(observer));
}

/** Of processes that were there before: each child of a server that forks is fuller than none. */
function countAll(observer: Observer): number {
  return counts(observer).reduce((sum, count) => sum + count, 0);
}

function counts(observer: Observer): number[] {
  const known = new Set(observer.before.processes.map(({ pid }) => pid));
  const { processes } = takeSnapshot(observer.rootPids, performance.now());
  return processes.filter(({ pid }) => known.has(pid)).map(({ fds }) => fds.length);
}

const MIN_PORTION = 16;
const MAX_PORTION = 256;
/** A descriptor or two may be spare at the limit. */
const SPARE = 2;

/** Connections that a server still has although their clients are gone, by their state. */
function keptGroups(held: readonly HeldSocket[], clientOf: (connection: number) => number): HeldGroup[] {
  const ours = held.filter(({ role }) => role === 'connection');
  const states = [...new Set(ours.map(({ state }) => state))];
  return states.map(state => {
    const sockets = ours.filter(socket => socket.state === state);
    const descriptors = sockets.flatMap(socket => socket.descriptors);
    return {
      ...{ what: 'connection', state, count: sockets.length, descriptors: descriptors.length },
      pids: [...new Set(descriptors.map(({ pid }) => pid))],
      fdNumbers: descriptors.map(({ number }) => number).sort((a, b) => a - b),
      ...{ pattern: undefined, inWarmup: 0, perRound: [] },
      heldClients: sockets
        .flatMap(({ connection }) => (connection === undefined ? [] : [clientOf(connection)]))
        .sort((a, b) => a - b),
    };
  });
}
