import { setTimeout as sleep } from 'node:timers/promises';
import type { Options } from '../../options/run.js';
import { attach } from '../../target/attach.js';
import type { ChurnedAtStop } from '../../verdict/life.js';
import { HoldingClients } from '../../workload/holding-clients.js';
import { Ledger } from '../../workload/ledger.js';
import { Driver } from '../driver.js';
import { Observer } from '../observer.js';

/**
 * Clients go on connecting, and those of `--hold` stay connected, while `meanwhile` is done to the server.
 * @throws ChurnError when the server is not there any more.
 */
export async function churnOn<T>(
  options: Options,
  signal: AbortSignal,
  meanwhile: () => Promise<T>,
): Promise<readonly [T, ChurnedAtStop]> {
  const target = await attach(options);
  const ended = new AbortController();
  const ledger = new Ledger(options.sources);
  const observer = await Observer.open(target, ledger);
  const holding = new HoldingClients();
  try {
    const concurrency = Math.max(MIN_CLIENTS, options.concurrency);
    const driver = await Driver.open(
      target,
      { ...options, concurrency, pauseMs: Math.max(PAUSE_MS, options.pauseMs) },
      ...([0, ledger, observer, { signal: AbortSignal.any([signal, ended.signal]) }] as const),
    );
    if (options.hold > 0) await driver.connectHeld(holding, options.hold);
    const held = holding.count;
    const churning = driver.make('cycles', ENDLESS);
    await untilUnderWay(driver, signal);
    const cycles = driver.tallies.cycles.completed;
    const done = await meanwhile();
    ended.abort();
    await churning;
    return [done, { cycles, concurrency, held }];
  } finally {
    ended.abort();
    await holding.letGo(options.holdEnd);
    observer.close();
  }
}

async function untilUnderWay({ tallies }: Driver, signal: AbortSignal): Promise<void> {
  const startedAtMs = performance.now();
  while (!signal.aborted && tallies.cycles.completed < UNDER_WAY) {
    if (performance.now() - startedAtMs > MAX_WAIT_MS) return;
    await sleep(5);
  }
}

const MIN_CLIENTS = 4;
/** When nobody listens any more a client that does not wait would use up a CPU. */
const PAUSE_MS = 1;
const ENDLESS = 1_000_000_000;
const UNDER_WAY = 100;
const MAX_WAIT_MS = 2_000;
