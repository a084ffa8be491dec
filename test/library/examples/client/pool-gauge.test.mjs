// The gauge of the pool before and after: what is open after a warm-up is what the client needs; more is forgotten.
import { test } from 'node:test';
import { serveInTest } from 'churn';
import { Client } from './client.mjs';

test('answers that nobody wanted leave no connection behind', async t => {
  const server = await serveInTest({ manner: 'status', status: 503 });
  const client = new Client(server.url);
  t.after(() => {
    client.close();
    server.close();
  });
  await client.fetch().catch(() => undefined);
  const before = server.gauge().open;
  for (let made = 0; made < 8; made++) await client.fetch().catch(() => undefined);
  await server.untilOpenAtMost(before);
});
