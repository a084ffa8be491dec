import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ServerKind } from '../../src/report/server-kind.js';
import { startC } from '../servers/launch.js';
import { churnJson } from '../support/churn.js';

/** How each model of the zoo is built, and what the advice on what it forgets must speak of. */
const MODELS: ReadonlyArray<readonly [model: string, kind: ServerKind, advice: RegExp, fault?: string]> = [
  ['iterative', 'iterative', /before the next accept\(\)/],
  ['prefork', 'iterative', /before the next accept\(\)/],
  ['fork', 'fork', /close\(fd\) in the parent after fork\(\)/],
  ['fork', 'fork', /while \(waitpid\(-1, NULL, WNOHANG\) > 0\)/, 'zombie'],
  ['double_fork', 'fork', /close\(fd\) in the parent after fork\(\)/],
  ['thread', 'thread', /every return of the thread function/],
  ['thread', 'thread', /pthread_detach\(\)/, 'thread-unjoined'],
  ['thread_pool', 'thread', /every return of the thread function/],
  ['select', 'poll-loop', /branch of the loop where read\(\) returns 0/],
  ['poll', 'poll-loop', /branch of the loop where read\(\) returns 0/],
  ['epoll', 'poll-loop', /branch of the loop where read\(\) returns 0/],
  ['reactor', 'poll-loop', /branch of the loop where read\(\) returns 0/],
  ['reuseport', 'poll-loop', /branch of the loop where read\(\) returns 0/],
  ['prefork_epoll', 'poll-loop', /branch of the loop where read\(\) returns 0/],
  ['uring', 'uring', /completion of a receive/],
];

describe('the kind of server that is seen from outside', { concurrency: 3 }, () => {
  for (const [model, kind, advice, fault = 'no-close'] of MODELS) {
    it(`the ${model} server with ${fault} is advised as ${kind}`, async () => {
      const server = await startC(model, ['--fault', fault]);
      try {
        const { report } = await churnJson([
          '--port',
          String(server.port),
          '--cycles',
          '300',
          '--settle',
          '1500ms',
        ]);
        const told = JSON.stringify(report.findings.map(({ facts, advice }) => [facts['server'], advice]));
        assert.equal(report.findings[0]?.facts['server'], kind, told);
        assert.match(told, advice);
      } finally {
        await server.stop();
      }
    });
  }
});
