import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FD_ADVICE } from '../../src/report/kinds/fd-advice.js';
import { explanationOf } from '../../src/report/kinds/registry.js';
import { inUnit } from '../../src/report/kinds/words.js';
import {
  SERVER_KINDS,
  type ServerFacts,
  type ServerKind,
  serverKindOf,
} from '../../src/report/server-kind.js';

const idle: ServerFacts = {
  program: 'server',
  threadsBefore: 1,
  childrenBefore: 0,
  hadShortLivedChildren: false,
};

const SERVERS: ReadonlyArray<readonly [what: string, different: Partial<ServerFacts>, kind: ServerKind]> = [
  ['Node, whose threads are its own', { program: 'node', threadsBefore: 11 }, 'node'],
  ['Node that was upgraded under way', { program: 'node (deleted)' }, 'node'],
  ['Node under its old name', { program: 'nodejs' }, 'node'],
  ['Python with a version', { program: 'python3.11' }, 'python'],
  ['a Python server that forks', { program: 'python3', hadShortLivedChildren: true }, 'python'],
  ['PyPy', { program: 'pypy3' }, 'python'],
  ['Java', { program: 'java', threadsBefore: 30 }, 'java'],
  ['a program whose name begins like Java', { program: 'javelin' }, 'unknown'],
  ['a program of its own that forks', { hadShortLivedChildren: true }, 'fork'],
  ['one that forks and waits in poll', { hadShortLivedChildren: true, syscalls: ['poll'] }, 'fork'],
  ['a Perl server that forks', { program: 'perl', hadShortLivedChildren: true }, 'fork'],
  [
    'Ruby, whose threads are its own',
    { program: 'ruby3.1', threadsBefore: 5, syscalls: ['ppoll'] },
    'unknown',
  ],
  ['.NET, whose threads are its own', { program: 'dotnet', threadsBefore: 20 }, 'unknown'],
  ['Erlang', { program: 'beam.smp', threadsBefore: 20, syscalls: ['select'] }, 'unknown'],
  ['Go, in a program of its own name', { runtime: 'go', hadShortLivedThreads: true }, 'go'],
  ['Ruby in a program of its own name', { program: 'puma', runtime: 'ruby', threadsBefore: 9 }, 'ruby'],
  ['OCaml, whose threads are few', { runtime: 'ocaml', syscalls: ['select'] }, 'collected'],
  ['C that was recognised as such', { runtime: 'native', syscalls: ['poll'] }, 'poll-loop'],
  ['a thread for each connection', { hadShortLivedThreads: true, syscalls: ['poll'] }, 'thread'],
  ['a loop around epoll', { syscalls: ['epoll_wait'] }, 'poll-loop'],
  ['a loop around poll', { syscalls: ['ppoll'] }, 'poll-loop'],
  ['a loop around select', { syscalls: ['pselect6'] }, 'poll-loop'],
  ['a loop with helper threads', { threadsBefore: 4, syscalls: ['epoll_pwait', 'futex'] }, 'poll-loop'],
  [
    'workers that each have a loop',
    { childrenBefore: 2, threadsBefore: 3, syscalls: ['epoll_wait'] },
    'poll-loop',
  ],
  ['a pool of threads', { threadsBefore: 9, syscalls: ['accept4', 'futex'] }, 'thread'],
  ['threads of which nothing is known', { threadsBefore: 9 }, 'thread'],
  ['threads that wait for no connection', { threadsBefore: 9, syscalls: ['futex'] }, 'unknown'],
  ['workers with one thread each', { childrenBefore: 4, threadsBefore: 5 }, 'unknown'],
  ['two roots with one thread each', { rootsBefore: 2, threadsBefore: 2 }, 'unknown'],
  ['one client after the other', { syscalls: ['accept4'] }, 'iterative'],
  [
    'workers that each serve one client after the other',
    { childrenBefore: 4, threadsBefore: 5, syscalls: ['accept4'] },
    'iterative',
  ],
  ['a loop around an io_uring', { syscalls: ['io_uring_enter'] }, 'uring'],
  ['one that waits in a call that tells nothing', { syscalls: ['futex'] }, 'unknown'],
  ['a program that cannot be seen', { program: undefined }, 'unknown'],
];

for (const [what, different, kind] of SERVERS) {
  test(`${what}: ${kind}`, () => {
    assert.equal(serverKindOf({ ...idle, ...different }), kind);
  });
}

const IN_C: readonly ServerKind[] = ['poll-loop', 'uring', 'iterative', 'fork', 'thread', 'unknown'];

for (const kind of SERVER_KINDS.filter(kind => !IN_C.includes(kind))) {
  test(`who writes for ${kind} is not sent to functions of C`, () => {
    const grown = (['memory', 'thread', 'mapping'] as const).map(
      name => explanationOf(name).adviceFor?.[kind] ?? inUnit(explanationOf(name).advice, 'cycle'),
    );
    for (const advice of [...grown, ...Object.values(FD_ADVICE[kind])]) {
      assert.doesNotMatch(advice, /\bmalloc|pthread|\bfree\(|valgrind/);
    }
  });
}
