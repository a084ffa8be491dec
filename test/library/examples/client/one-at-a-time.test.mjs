// A server that serves one connection at a time, run twice: whoever keeps the first one gets no second.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serveInTest } from 'churn';
import { Client } from './client.mjs';

test('one connection at a time is enough', { timeout: 5_000 }, async t => {
  const server = await serveInTest({ atATime: 1, manner: 'status', status: 503 });
  const client = new Client(server.url);
  t.after(() => {
    client.close();
    server.close();
  });
  for (const run of ['first', 'second']) await assert.rejects(client.fetch(), /status 503/, `the ${run} run`);
});
