// The same question to a real socket: what the mocked one cannot see, a server sees.
import assert from 'node:assert/strict';
import { createConnection } from 'node:net';
import { test } from 'node:test';
import { serveInTest } from 'churn';
import { request } from './line-client.mjs';

test('after an error no socket is open', async t => {
  const server = await serveInTest({ tcp: true, answer: 'ERR no such key\\n' });
  const sockets = [];
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const connect = () => {
    const socket = createConnection(server.ports[0]);
    sockets.push(socket);
    return socket;
  };
  await assert.rejects(request(connect, 'GET key'), /no such key/);
  await server.untilOpenAtMost(0);
});
