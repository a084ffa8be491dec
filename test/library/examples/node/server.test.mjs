import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { run } from 'churn';
import { survivesChurn } from 'churn/assert';

test('the server forgets none of its connections', async t => {
  const server = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  await survivesChurn(server, { cycles: 200 });
});

test('the report itself', async t => {
  const server = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const report = await run({ server, cycles: 200, client: ['fin', 'rst'], budget: '1s' });
  t.assert?.deepEqual(report.findings, []);
});
