import 'churn/vitest';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createTcpServer, type Server } from 'node:net';
import { expect, test } from 'vitest';

async function listening<S extends Server>(server: S): Promise<S> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server;
}

test('the server forgets none of its connections', { timeout: 30_000 }, async () => {
  const server = await listening(createServer((_, response) => response.end('hello')));
  await expect(server).toSurviveChurn({ cycles: 200 });
  server.close();
});

test('a server that never ends its side does not survive', { timeout: 30_000 }, async () => {
  const server = await listening(createTcpServer({ allowHalfOpen: true }, socket => socket.resume()));
  server.unref();
  await expect(server).not.toSurviveChurn({ cycles: 50 });
});
