import { setTimeout as sleep } from 'node:timers/promises';
import { hasLost } from '../sampler/snapshot.js';
import type { ConfirmingRound } from '../verdict/confirmation.js';
import {
  CENSUS_KEYS,
  type Census,
  type CensusKey,
  type PerClientGrowth,
  type Watched,
} from '../verdict/evidence.js';
import { asking } from '../workload/ask.js';
import type { Driver } from './driver.js';
import type { Observation, Observer } from './observer.js';

/** What was seen of single connections, where the judge asked to look at them. */
export interface Witnessed {
  readonly pursued?: readonly Pursued[];
  readonly watched?: Watched;
}

/** Makes cycles that the judge asked for to look at each. */
export async function witness(
  manner: NonNullable<ConfirmingRound['manner']>,
  cycles: number,
  driver: Driver,
  observer: Observer,
): Promise<Witnessed> {
  if (manner === 'follow') return { pursued: await followConnections(driver, observer, cycles) };
  return { watched: await watchConnections(driver, observer, cycles) };
}

/** A connection that was seen in the hands of the server while it was still open. */
interface Pursued {
  readonly connection: number;
  /** Of the server's end: it stays the same when the connection is reset and leaves every table. */
  readonly inode: number;
}

/**
 * Makes `count` cycles one at a time, each held open until the table shows that the server has accepted it, and then
 * ended as usual. Gives up early when the server accepts nothing within sight, or when it took too long: where many
 * connections are in TIME_WAIT one look takes half a second.
 */
async function followConnections(driver: Driver, observer: Observer, count: number): Promise<Pursued[]> {
  const startedAtMs = performance.now();
  const pursued: Pursued[] = [];
  let unseen = 0;
  for (let made = 0; made < count && unseen < MAX_UNSEEN && !driver.isOver; made++) {
    if (performance.now() - startedAtMs > (made < MIN_MADE ? 3 * MAX_MS : MAX_MS)) break;
    let inode: number | undefined;
    await driver.makeHeld(async port => {
      inode = await awaitInode(observer, port, driver.timeoutMs / 4);
    });
    unseen = inode === undefined ? unseen + 1 : 0;
    if (inode !== undefined) pursued.push({ connection: driver.ledger.opened, inode });
  }
  return pursued;
}

async function awaitInode(observer: Observer, port: number, mostMs: number): Promise<number | undefined> {
  let waitedMs = 0;
  for (const pauseMs of PAUSES_MS) {
    const inode = observer.acceptedInode(port);
    if (inode !== undefined) return inode;
    if (waitedMs + pauseMs > mostMs) return undefined;
    await sleep(pauseMs);
    waitedMs += pauseMs;
  }
  return undefined;
}

const MAX_MS = 2_000;
/** One in ten is kept, perhaps, and a busy machine looks at three a second. */
const MIN_MADE = 20;
const MAX_UNSEEN = 3;
const PAUSES_MS = [0, 1, 2, 4, 8, 16, 32, 64];

/** Makes `count` cycles one at a time that wait for an answer, and looks after each that ends early who died with it. */
async function watchConnections(driver: Driver, observer: Observer, count: number): Promise<Watched> {
  const startedAtMs = performance.now();
  let [of, ended, cutOff] = [0, 0, 0];
  let alive = observer.livingProcesses();
  while (of < count && !driver.isOver && performance.now() - startedAtMs < MAX_WATCH_MS) {
    let endedByServer = false;
    const behaviour = asking(Math.min(MAX_WAIT_MS, driver.timeoutMs / 4), byServer => {
      endedByServer = byServer;
    });
    await driver.make('confirm', 1, { behaviourOf: () => behaviour });
    of += 1;
    if (endedByServer) ended += 1;
    const died = hasLost(alive);
    if (died && endedByServer) cutOff += 1;
    if (died) alive = observer.livingProcesses();
  }
  return { of, ended, cutOff };
}

const MAX_WATCH_MS = 2_000;
const MAX_WAIT_MS = 20;

/**
 * Some cycles of one client after the other, and what the server gained with each. A socket that was reset is in no
 * table, so that its port cannot tell which client it came from; this can.
 */
export async function growthPerClient(
  driver: Driver,
  cycles: number,
  before: Observation,
  rest: () => Promise<Observation>,
): Promise<PerClientGrowth[]> {
  const apart: PerClientGrowth[] = [];
  let last = before.census;
  for (const client of driver.cast.clients) {
    const { completed, stopped } = await driver.makeAlone(client, cycles);
    const { census } = await rest();
    apart.push({ client, cycles: completed, growth: difference(last, census) });
    last = census;
    if (stopped) break;
  }
  return apart;
}

function difference(from: Census, to: Census): Census {
  const growth = Object.fromEntries(CENSUS_KEYS.map(key => [key, to[key] - from[key]]));
  return growth as Record<CensusKey, number>;
}
