import { Driver } from '../gather/driver.js';
import type { Options } from '../options/run.js';
import { hasLost } from '../sampler/snapshot.js';
import type { Target } from '../target/target.js';
import type { Finding } from '../verdict/finding.js';
import type { ClientName } from '../workload/client-names.js';
import { Ledger } from '../workload/ledger.js';

/** What makes connections like those that the server failed on. */
export interface Cycles {
  /** Makes so many more, or as many as the server lets. Resolves with how many that were. */
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
    new Ledger(options.sources),
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

/** Those that a finding names; else all of the run. */
export function guiltyClients(
  findings: readonly Finding[],
  { clients }: Pick<Options, 'clients'>,
): Options['clients'] {
  const named = findings.flatMap(finding =>
    finding.kind === 'fd' && finding.pattern?.kind === 'with'
      ? finding.pattern.clients.map(({ client }) => client)
      : [],
  );
  const [first, ...more] = clients.filter(client => named.includes(client));
  return first === undefined ? clients : [first, ...more];
}

/** Cycles that take no more than one of so many parts of what is left until the server's limit of descriptors. */
export function roomFor(findings: readonly Finding[], parts: number): number {
  const room = findings.flatMap(finding =>
    'connectionsLeft' in finding ? (finding.connectionsLeft ?? []) : [],
  );
  return Math.min(...room.map(left => Math.floor(left / parts)));
}

/** Where there is no room even for a few of them. */
export const NO_ROOM =
  'The server is at its limit of descriptors, and no more connections can be followed: start it anew, and make fewer cycles (--cycles 100 --where).';

const MOST_AT_A_TIME = 4;
