require('churn/jest');
const { once } = require('node:events');
const { createServer } = require('node:http');
const { createServer: createTcpServer } = require('node:net');

test('the server forgets none of its connections', async () => {
  const server = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  await expect(server).toSurviveChurn({ cycles: 200 });
  server.close();
}, 30_000);

test('a server that never ends its side does not survive', async () => {
  const kept = [];
  const server = createTcpServer({ allowHalfOpen: true }, socket => kept.push(socket.resume()));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  await expect(server).not.toSurviveChurn({ cycles: 50 });
  for (const socket of kept) socket.destroy();
  server.close();
}, 30_000);
