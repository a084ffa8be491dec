import type { Case, Group, Row } from '../case.js';
import { cleanWith } from './clean-clients.js';
import { CHILD_STAYS, COMMON, leak, NO_CLOSE_RST, PATIENCE, THREAD_STAYS } from './languages.js';

const patient = (row: Row): Row => ({ ...row, churn: PATIENCE });

/** A port to a program, or what an object knows of it, has descriptors and memory of its own. */
const PORT_STAYS: Row = { ...CHILD_STAYS, allowed: ['fd', 'memory'] };
/** A thread that exists for the runtime alone is nothing but memory to the system. */
const GREEN_THREAD_STAYS = patient(leak('memory', 'thread-stays'));

/** They wait in select(2), which knows no descriptor above 1023: not every socket, so that they live on. */
const SOME_CLOSE_RST: readonly Row[] = NO_CLOSE_RST.map(row => ({ ...row, args: ['--every', '10'] }));

const SERVERS: Readonly<Record<string, readonly Row[]>> = {
  'erlang/server': [
    ...COMMON,
    ...NO_CLOSE_RST,
    ...['map', 'atom', 'sub-binary', 'process-stays'].map(fault => patient(leak('memory', fault))),
    PORT_STAYS,
  ],
  'csharp/Server': [
    ...COMMON,
    ...NO_CLOSE_RST,
    patient(leak('memory', 'event-stays')),
    patient(leak('memory', 'timer-stays')),
    THREAD_STAYS,
    PORT_STAYS,
  ],
  'ocaml/server': [
    ...COMMON,
    ...SOME_CLOSE_RST,
    THREAD_STAYS,
    patient(leak('memory', 'thread-ends')),
    CHILD_STAYS,
  ],
  'haskell/Server': [
    ...COMMON,
    ...NO_CLOSE_RST,
    patient(leak('memory', 'thunk')),
    GREEN_THREAD_STAYS,
    { ...THREAD_STAYS, fault: 'os-thread-stays' },
  ],
  'lisp/server': [...COMMON, ...NO_CLOSE_RST, THREAD_STAYS, PORT_STAYS],
  'guile/server': [...COMMON, ...SOME_CLOSE_RST, CHILD_STAYS],
  'racket/server': [...COMMON, GREEN_THREAD_STAYS, PORT_STAYS],
  'pypy/threading_server': [
    ...COMMON.filter(({ fault }) => fault !== 'graph'),
    ...NO_CLOSE_RST,
    THREAD_STAYS,
  ],
  'pypy/asyncio_server': [
    ...COMMON.filter(({ fault }) => fault !== 'graph'),
    patient(leak('memory', 'task-stays')),
  ],
};

/** The pool of threads of Mono is not at rest for some thousands of connections. */
function patientIfPooled(row: Case): Case {
  return row.server.startsWith('csharp/') ? { ...row, churn: [...(row.churn ?? []), ...PATIENCE] } : row;
}

/** Runtimes that are too heavy to be installed for every run of CI: as they are, and with each of their faults. */
export const longLanguages: Group = {
  name: 'long languages',
  cases: Object.entries(SERVERS).flatMap(([server, rows]) =>
    [...cleanWith(server, false).map(patientIfPooled), ...rows].map(
      (row): Case => ({ ...row, server, long: true }),
    ),
  ),
};
