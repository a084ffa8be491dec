import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { test } from 'node:test';
import { isSelfConnected } from '../../src/workload/dial.js';

test('a connect that has met itself is no server', async () => {
  const port = await freePort();
  // What the kernel does by chance in its own range of ports is done here on purpose.
  const socket = connect({ host: '127.0.0.1', port, localAddress: '127.0.0.1', localPort: port });
  await once(socket, 'connect');
  assert.equal(isSelfConnected(socket, { transport: 'tcp', host: '127.0.0.1', port }), true);
  socket.destroy();
});

test('a connect to a server is one, whatever its ports', async () => {
  const server = createServer(socket => socket.destroy()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = connect({ host: '127.0.0.1', port });
  await once(socket, 'connect');
  assert.equal(isSelfConnected(socket, { transport: 'tcp', host: '127.0.0.1', port }), false);
  socket.destroy();
  server.close();
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
