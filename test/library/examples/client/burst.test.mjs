// A burst under faults: answers that are late, broken off, reset or unwanted; afterwards no more is open than a pool may keep.
import { test } from 'node:test';
import { serveInTest } from 'churn';
import { Client } from './client.mjs';

test('a hundred requests in bad weather leave two connections at most', async t => {
  const server = await serveInTest({ manner: 'flaky', seed: 7, delay: '20ms' });
  const client = new Client(server.url, { connections: 20 });
  t.after(() => {
    client.close();
    server.close();
  });
  await Promise.allSettled(Array.from({ length: 100 }, () => client.fetch()));
  await server.untilOpenAtMost(2);
});
