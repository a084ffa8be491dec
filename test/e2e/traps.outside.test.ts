import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Report } from '../../src/report/report.js';
import { startC } from '../servers/launch.js';
import { churnJson } from '../support/churn.js';

interface Trap {
  readonly name: string;
  readonly model: string;
  readonly args: readonly string[];
  readonly churn: readonly string[];
  readonly verdict: Report['verdict'];
  readonly says: RegExp;
}

/** What looks like something else; each was seen on such a machine. */
const TRAPS: readonly Trap[] = [
  {
    name: 'a server that writes after the client closed forgets sockets in no table; their inodes are followed to their cycles',
    model: 'poll',
    args: ['--fault', 'no-close-rst', '--every', '10'],
    churn: ['--client', 'rst'],
    verdict: 'fail',
    // On a busy machine fewer than thirty are followed.
    says: /\d of \d+ followed connections? (?:were|was) kept.*: confirming cycles? 310/,
  },
  {
    name: 'the same in a server that forks, where the parent keeps its copy',
    model: 'fork',
    args: ['--fault', 'no-close'],
    churn: ['--client', 'rst'],
    verdict: 'fail',
    says: /(\d+) of \1 followed connections were kept: confirming cycles 301 … 3\d\d/,
  },
  {
    name: 'a single socket in no table that does not come again is undecided',
    model: 'poll',
    args: ['--fault', 'no-close-rst', '--every', '900'],
    churn: ['--client', 'rst', '--no-confirm'],
    verdict: 'undecided',
    says: /1 more socket without a connection; whether that recurs was not decided/,
  },
  {
    name: 'a worker that crashes with a connection in its hands cuts clients off, which those who close at once do not notice',
    model: 'prefork',
    args: ['--fault', 'worker-crash', '--every', '60'],
    churn: [],
    verdict: 'fail',
    says: /\d cycles were cut off meanwhile: a worker that dies/,
  },
  {
    name: 'a worker that crashes once is a warning, and its cause is not observable',
    model: 'prefork_epoll',
    args: ['--fault', 'crash', '--at', '500'],
    churn: [],
    verdict: 'pass',
    says: /cause is not observable from outside: of 300 connections that waited for an answer none was cut off/,
  },
  {
    name: 'a worker that retires between two connections is a warning, however closely it is watched',
    model: 'prefork',
    args: ['--fault', 'worker-retires', '--every', '60'],
    churn: [],
    verdict: 'pass',
    says: /of 300 connections that waited for an answer none was cut off/,
  },
  {
    name: 'connections that TCP_DEFER_ACCEPT kept from the server are not counted as accepted, and prove nothing',
    model: 'poll',
    args: ['--defer-accept'],
    churn: ['--client', 'rst'],
    verdict: 'undecided',
    says: /the server accepted only 0 of 1010 connections[\s\S]*TCP_DEFER_ACCEPT.*Use --client fin/,
  },
  {
    name: 'with TCP_DEFER_ACCEPT a plain close is handed over, and all are accepted',
    model: 'poll',
    args: ['--defer-accept', '--fault', 'no-close', '--every', '600'],
    churn: [],
    verdict: 'fail',
    says: /only on cycle 590/,
  },
];

describe('traps of the kernel', { concurrency: 1 }, () => {
  for (const { name, model, args, churn, verdict, says } of TRAPS) {
    it(name, async () => {
      const server = await startC(model, args);
      try {
        const { report } = await churnJson(['--port', String(server.port), ...churn]);
        const said = wordsOf(report);
        assert.equal(report.verdict, verdict, said);
        assert.match(said, says);
      } finally {
        await server.stop();
      }
    });
  }
});

function wordsOf({ summary, findings, notes }: Report): string {
  const words = findings.flatMap(({ title, evidence, cause }) => [title, cause, ...evidence]);
  return [summary, ...words, ...notes].join('\n');
}
