import { setTimeout as sleep } from 'node:timers/promises';
import type { LastRest } from '../rest.js';
import type { Looks } from './looks.js';

/**
 * Of a server that goes on serving others: a socket is held when its client has been gone for `settleMs`. Waits no longer
 * than it takes to know that of those that are there now.
 */
export async function restInUse(looks: Looks, settleMs: number): Promise<LastRest> {
  const startedAtMs = performance.now();
  const first = new Set(
    looks
      .take()
      .held.filter(({ role }) => role === 'connection')
      .map(({ inode }) => inode),
  );
  for (;;) {
    const latest = looks.take();
    const tookMs = performance.now() - startedAtMs;
    const gone = latest.held.filter(({ role, inode }) => role === 'connection' && first.has(inode));
    const young = gone.filter(({ inode }) => looks.goneForMs(inode) < settleMs);
    if (young.length === 0 || tookMs >= settleMs + STEP_MS) {
      const old = new Set(gone.filter(socket => !young.includes(socket)).map(({ inode }) => inode));
      const held = latest.held.filter(({ role, inode }) => role !== 'connection' || old.has(inode));
      const state = old.size > 0 || latest.outside.length > 0 ? 'held' : 'back';
      return {
        settled: { state, lastChangeMs: 0, tookMs, asleep: false },
        latest: { ...latest, held },
        quiet: undefined,
      };
    }
    await sleep(STEP_MS);
  }
}

const STEP_MS = 100;
