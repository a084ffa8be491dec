// A pool of one connection, run twice: whoever does not give it back waits for it the second time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serveInTest } from 'churn';
import { Client } from './client.mjs';

test('a pool of one connection is enough for one request after the other', { timeout: 5_000 }, async t => {
  const server = await serveInTest({ manner: 'status', status: 503 });
  const client = new Client(server.url, { connections: 1 });
  t.after(() => {
    client.close();
    server.close();
  });
  for (const run of ['first', 'second']) await assert.rejects(client.fetch(), /status 503/, `the ${run} run`);
});
