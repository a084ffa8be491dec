import { Driver } from '../gather/driver.js';
import type { Options } from '../options/run.js';
import { hasLost } from '../sampler/snapshot.js';
import type { Target } from '../target/target.js';
import type { ClientName } from '../workload/client-names.js';
import { Ledger } from '../workload/ledger.js';

/** What makes connections like those that the server failed on. */
export interface Cycles {
  /** Resolves when so many more were made, or as many as the server lets; how many were served. */
  readonly make: (count: number) => Promise<number>;
}

/** Connections of these clients alone, a few at a time: whoever looks on makes the server slow. */
export async function openCycles(
  target: Target,
  options: Options,
  clients: readonly ClientName[],
  signal: AbortSignal,
): Promise<Cycles> {
  const [first = 'fin', ...more] = clients;
  const looks = { queueLength: () => undefined, serverIsGone: () => hasLost(target.roots) };
  const plain = { ...options, clients: [first, ...more] as const, hold: 0, pauseMs: 0, rate: undefined };
  const driver = await Driver.open(
    target,
    { ...plain, concurrency: Math.min(options.concurrency, MOST_AT_A_TIME) },
    options.seed ?? 0,
    new Ledger(),
    looks,
    { signal },
  );
  const { confirm } = driver.tallies;
  return {
    make: async count => {
      const before = confirm.completed;
      await driver.make('confirm', count);
      return confirm.completed - before;
    },
  };
}

const MOST_AT_A_TIME = 4;
