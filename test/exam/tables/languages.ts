import type { Kind } from '../../../src/verdict/finding.js';
import type { Case, Row } from '../case.js';
import { cleanWith } from './clean-clients.js';

const HURRY = ['--settle', '1500ms'];
/** A heap that is still filling is told from a leak by some tens of thousands of connections. */
export const PATIENCE = ['--budget', '60s'];

export function leak(kind: Kind, fault: string, ...args: readonly string[]): Row {
  const client = fault === 'no-close-rst' ? 'rst' : 'fin';
  return { fault, args, client, hurry: HURRY, verdict: 'fail', kinds: [kind] };
}

/** An object is kept with each descriptor, and a stack with each thread: memory too. */
function withMemory(row: Row): Row {
  return { ...row, allowed: ['memory'] };
}

export const NO_CLOSE_RST: readonly Row[] = [
  withMemory(leak('fd', 'no-close-rst')),
  { fault: 'no-close-rst', client: 'fin', verdict: 'pass' },
];

/** They wait in select(2), which knows no descriptor above 1023: LuaSocket raises an error there, PHP serves nobody any more. */
const DIES_AT_LIMIT: Row = { ...leak('crash', 'no-close'), allowed: ['fd', 'memory'] };
const HANGS_AT_LIMIT: Row = { ...leak('hang', 'no-close'), allowed: ['fd', 'memory'] };

/** What a program of each family can keep of a connection. */
const MEMORY: readonly Row[] = [
  leak('memory', 'memory', '--bytes', '256'),
  leak('memory', 'memory'),
  leak('memory', 'graph'),
].map(row => ({ ...row, churn: PATIENCE }));

const NO_CLOSE = withMemory(leak('fd', 'no-close', '--every', '10'));

export const COMMON: readonly Row[] = [
  NO_CLOSE,
  ...MEMORY,
  withMemory(leak('fd', 'file', '--every', '10')),
  leak('crash', 'crash', '--at', '500'),
];

export const CHILD_STAYS = leak('child', 'child-stays', '--every', '20');
export const THREAD_STAYS: Row = {
  ...leak('thread', 'thread-stays', '--every', '10'),
  allowed: ['memory', 'mapping'],
};

const SERVERS: Readonly<Record<string, readonly Row[]>> = {
  'go/server': [
    ...COMMON,
    ...NO_CLOSE_RST,
    { ...leak('memory', 'goroutine-stays'), churn: PATIENCE },
    THREAD_STAYS,
  ],
  'ruby/thread_server': [...COMMON, ...NO_CLOSE_RST, THREAD_STAYS, CHILD_STAYS],
  'lua/select_server': [...COMMON, DIES_AT_LIMIT, { ...leak('memory', 'coroutine-stays'), churn: PATIENCE }],
  'perl/select_server': [
    ...COMMON,
    ...NO_CLOSE_RST,
    { ...leak('memory', 'cycle'), churn: PATIENCE },
    CHILD_STAYS,
  ],
  'php/select_server': [...COMMON, HANGS_AT_LIMIT, CHILD_STAYS],
};

/** Its package is not installed in CI, for want of time. */
const LONG = ['php/select_server'];
/** The short form asks all of them as they are, and those that are served by threads about a socket that they forget. */
const FORGETS_IN_SHORT = ['go/server', 'ruby/thread_server'];

/** Further runtimes, of which each collects in its own way: servers as they are, and with each of their faults. */
export const languages: readonly Case[] = Object.entries(SERVERS).flatMap(([server, rows]) => [
  ...cleanWith(server, false).map(row =>
    row.client === 'fin' && !LONG.includes(server) ? row : { ...row, long: true },
  ),
  ...rows.map(
    (row): Case => ({ ...row, server, long: row !== NO_CLOSE || !FORGETS_IN_SHORT.includes(server) }),
  ),
]);
