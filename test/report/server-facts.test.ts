import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ServerFacts, serverFacts } from '../../src/report/server-kind.js';
import type { Evidence } from '../../src/verdict/evidence.js';
import { buildEvidence, serverProcess, snapshot } from '../support/evidence.js';

const root = serverProcess();
const worker = serverProcess({ pid: 4_300, parentPid: 4_242 });

/** 1010 connections were made. */
const SEEN: ReadonlyArray<
  readonly [
    what: string,
    evidence: Partial<Evidence>,
    facts: Partial<Pick<ServerFacts, 'hadShortLivedChildren' | 'hadShortLivedThreads'>>,
  ]
> = [
  ['nothing that came or went', {}, {}],
  [
    'the page faults of a thousand children that were reaped',
    { after: snapshot([{ ...root, childFaults: 23_000 }]) },
    { hadShortLivedChildren: true },
  ],
  [
    'the page faults of some children that somebody started meanwhile',
    { after: snapshot([{ ...root, childFaults: 2_000 }]) },
    {},
  ],
  [
    'the page faults of children from before the run',
    {
      before: snapshot([{ ...root, childFaults: 90_000 }]),
      after: snapshot([{ ...root, childFaults: 90_000 }]),
    },
    {},
  ],
  ['a child that stays', { after: snapshot([root, worker]) }, { hadShortLivedChildren: true }],
  [
    'a worker that took the place of another',
    { before: snapshot([root, worker]), after: snapshot([root, { ...worker, pid: 4_301 }]) },
    {},
  ],
  ['threads that stay', { after: snapshot([{ ...root, threads: 3 }]) }, { hadShortLivedThreads: true }],
  [
    'the page faults of a thousand threads that have ended',
    { after: snapshot([{ ...root, endedThreadFaults: 400 }]) },
    { hadShortLivedThreads: true },
  ],
  [
    'the page faults of a thread or two that have ended',
    { after: snapshot([{ ...root, endedThreadFaults: 20 }]) },
    {},
  ],
];

for (const [what, evidence, facts] of SEEN) {
  test(`${what}: ${Object.keys(facts)[0] ?? 'nothing'} is told`, () => {
    const { hadShortLivedChildren, hadShortLivedThreads } = serverFacts(
      buildEvidence(evidence),
      [],
      'server',
    );
    assert.deepEqual(
      { hadShortLivedChildren, hadShortLivedThreads },
      { hadShortLivedChildren: false, hadShortLivedThreads: false, ...facts },
    );
  });
}
