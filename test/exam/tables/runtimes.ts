import type { Kind } from '../../../src/verdict/finding.js';
import type { Case, Group, Row } from '../case.js';
import { cleanWith } from './clean-clients.js';
import { languages } from './languages.js';

const HURRY = ['--settle', '1500ms'];
/** A Java runtime is not at rest for long after its start. */
const PATIENCE = ['--budget', '60s'];

type Faults = Readonly<Record<string, readonly Row[]>>;

function leak(kind: Kind, fault: string, ...args: readonly string[]): Row {
  const client = fault === 'no-close-rst' ? 'rst' : 'fin';
  return { fault, args, client, hurry: HURRY, verdict: 'fail', kinds: [kind] };
}

function innocent(fault: string): Row {
  return { fault, client: 'fin', verdict: 'pass' };
}

const NO_CLOSE_RST: readonly Row[] = [
  leak('fd', 'no-close-rst'),
  { fault: 'no-close-rst', client: 'fin', verdict: 'pass' },
];
const NO_CLOSE_OF_ALL = leak('fd', 'no-close');
const NO_CLOSE: readonly Row[] = [NO_CLOSE_OF_ALL, leak('fd', 'no-close', '--every', '100')];

const node: readonly Row[] = [
  ...NO_CLOSE,
  ...NO_CLOSE_RST,
  // Eighty thousand connections, beside other servers.
  { ...leak('memory', 'memory'), churn: PATIENCE },
  { ...leak('memory', 'listener'), churn: PATIENCE, long: true },
  leak('fd', 'file'),
  leak('crash', 'crash', '--at', '500'),
];

const cluster: readonly Row[] = [
  ...NO_CLOSE,
  ...NO_CLOSE_RST.map(row => ({ ...row, long: row.verdict === 'pass' })),
  // The heaps of several processes take as many connections more to come to their size.
  { ...leak('memory', 'memory'), churn: PATIENCE, long: true },
  leak('crash', 'crash', '--at', '250'),
];

/** The object around a file that is kept is memory too. */
const FILE_OBJECT: Row = { ...leak('fd', 'file'), allowed: ['memory'] };

const python: readonly Row[] = [
  ...NO_CLOSE,
  leak('memory', 'memory'),
  FILE_OBJECT,
  leak('crash', 'crash', '--at', '500'),
  innocent('finalizer'),
];

const java: readonly Row[] = [
  // With its time it is decided: a warm heap is told from a leaking one by what its collections leave.
  { client: 'fin', churn: [...PATIENCE, '--strict'], verdict: 'pass' },
  ...NO_CLOSE_RST,
  leak('memory', 'memory'),
  leak('fd', 'file'),
  leak('crash', 'crash', '--at', '500'),
  innocent('finalizer'),
];

/** A thread that stays keeps its stack and its arena, which is memory too. */
const THREAD_STAYS: Row = { ...leak('thread', 'thread-stays', '--every', '10'), allowed: ['memory'] };
const inTheLongForm = (rows: readonly Row[]) => rows.map(row => ({ churn: PATIENCE, ...row, long: true }));

const SERVERS: Faults = {
  'node/net': [...node, { ...innocent('slow-close'), mayDoubt: true }],
  // The same faults below another protocol: the short form asks about those of a connection.
  'node/http': node.map(row => ({ ...row, long: row.verdict === 'pass' || row.kinds?.includes('memory') })),
  'node/cluster': cluster,
  'python/asyncio_server': [...python, leak('memory', 'task-stays')],
  'python/threading_server': [...python, ...NO_CLOSE_RST, THREAD_STAYS],
  'python/forking_server': [
    // A process for each connection takes its time, and more beside other servers: the short form asks what such a server
    // alone can do wrong.
    ...python.map(row => ({
      ...row,
      ...(row.fault === 'memory' ? { churn: PATIENCE } : {}),
      long: true,
    })),
    { ...leak('zombie', 'zombie', '--every', '10'), churn: PATIENCE, long: true },
    { ...leak('zombie', 'zombie-coalesced'), churn: ['--concurrency', '16'], long: true },
    leak('child', 'child-stays', '--every', '20'),
  ],
  'java/ThreadServer': [...NO_CLOSE, ...inTheLongForm([...java, THREAD_STAYS])],
  'java/NioServer': [...NO_CLOSE, ...inTheLongForm(java)],
};

/** A heap that fills up is told from a leak in up to half a minute: the short form asks one server of each family. */
const CLEAN_IN_SHORT = ['node/net', 'python/threading_server', 'java/NioServer'];
/** The same faults below another protocol, or in two processes. */
const LONG = ['node/http', 'node/cluster'];
const MEMORY_IN_SHORT = ['python/threading_server'];

/** Servers of runtimes that collect garbage and keep pools: as they are, and with each of their faults. */
export const runtimes: Group = {
  name: 'runtimes',
  // Those that take longest go first: nobody waits for the last one alone.
  cases: [
    ...languages,
    ...Object.entries(SERVERS).flatMap(([server, rows]) => [
      ...cleanWith(server, false).map(row =>
        row.client === 'fin' && CLEAN_IN_SHORT.includes(server) ? row : { ...row, long: true },
      ),
      ...rows.map((row): Case => ({ ...row, server, long: row.long || !isAskedInShort(server, row) })),
    ]),
  ],
};

function isAskedInShort(server: string, { verdict, kinds = [] }: Row): boolean {
  if (LONG.includes(server)) return false;
  if (kinds.includes('memory')) return MEMORY_IN_SHORT.includes(server);
  return verdict === 'fail';
}
