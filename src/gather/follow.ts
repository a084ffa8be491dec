import { setTimeout as sleep } from 'node:timers/promises';
import type { Driver } from './driver.js';
import type { Observer } from './observer.js';

/** A connection that was seen in the hands of the server while it was still open. */
export interface Pursued {
  readonly connection: number;
  /** Of the server's end: it stays the same when the connection is reset and leaves every table. */
  readonly inode: number;
}

/**
 * Makes `count` cycles one at a time, each held open until the table shows that the server has accepted it, and then
 * ended as usual. Gives up early when the server accepts nothing within sight, or when it took too long: where many
 * connections are in TIME_WAIT one look takes half a second.
 */
export async function followConnections(
  driver: Driver,
  observer: Observer,
  count: number,
): Promise<Pursued[]> {
  const startedAtMs = performance.now();
  const pursued: Pursued[] = [];
  let unseen = 0;
  for (let made = 0; made < count && unseen < MOST_UNSEEN && !driver.isOver; made++) {
    if (performance.now() - startedAtMs > MOST_MS) break;
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

const MOST_MS = 2_000;
const MOST_UNSEEN = 3;
const PAUSES_MS = [0, 1, 2, 4, 8, 16, 32, 64];
