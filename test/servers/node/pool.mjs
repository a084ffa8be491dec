// A server that asks another one for each connection, over a pool of undici, and exposes what it counts (prom-client).
//   node pool.mjs [--port N] [--fault NAME] [--every K] [--list-faults]
// The page of metrics is on the port that METRICS_PORT names.
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { collectDefaultMetrics, Gauge, register } from 'prom-client';
import { Pool } from 'undici';

import { freePort, listen, readArguments } from './fixture.mjs';

const options = readArguments({
  lease: 'when the answer behind has an error status, its body is not read: the connection stays leased',
  counter: 'a number that is raised for each connection is lowered only where the answer is good',
  none: 'gives everything back',
});

// Every other answer of the server behind is an error.
let asked = 0;
const behind = createHttpServer((_request, response) => {
  asked += 1;
  response.writeHead(asked % 2 === 0 ? 503 : 200).end('x'.repeat(64 * 1024));
});
const behindPort = await freePort('127.0.0.1');
await once(behind.listen(behindPort, '127.0.0.1'), 'listening');

const pool = new Pool(`http://127.0.0.1:${behindPort}`, { connections: 40 });
let busy = 0;

const server = createServer(socket => {
  socket.on('error', () => undefined);
  busy += 1;
  greet(socket)
    .catch(() => socket.end('sorry\n'))
    .finally(() => {
      if (options.fault !== 'counter') busy -= 1;
    });
});

async function greet(socket) {
  const { statusCode, body } = await pool.request({ path: '/', method: 'GET' });
  if (statusCode !== 200) {
    if (options.fault !== 'lease') await body.dump();
    throw new Error(`status ${statusCode}`);
  }
  await body.text();
  if (options.fault === 'counter') busy -= 1;
  socket.end('hello\n');
}

collectDefaultMetrics();
new Gauge({
  name: 'pool_leased',
  help: 'connections that are in use',
  labelNames: ['pool'],
  collect() {
    this.set({ pool: 'behind' }, pool.stats.running);
  },
});
new Gauge({
  name: 'busy',
  help: 'connections that are being served',
  collect() {
    this.set(busy);
  },
});

const metrics = createHttpServer(async (request, response) => {
  if (request.url === '/gone') return response.writeHead(404).end('not here');
  if (request.url === '/stats.json') {
    return response.end(JSON.stringify({ pools: [{ name: 'behind', leased: pool.stats.running }], busy }));
  }
  response.setHeader('content-type', register.contentType);
  return response.end(await register.metrics());
});
await once(metrics.listen(Number(process.env.METRICS_PORT), options.host), 'listening');

await listen(server, options);
