// An echo server of a primary and two workers on node:cluster; the primary replaces a worker that dies.
//   node cluster.mjs [--port N] [--host ADDR] [--fault NAME] [--every K] [--bytes N] [--at K] [--list-faults]
// The two workers get the connections in turn; K counts those of one worker. When a worker dies, Node's primary
// may itself keep the one socket that was on its way to it.
import cluster from 'node:cluster';
import { once } from 'node:events';
import { createServer } from 'node:net';

import { freePort, readArguments, staysOpenAfterReset } from './fixture.mjs';

const options = readArguments({
  'no-close': 'after the client has closed, every Kth socket of a worker stays in CLOSE_WAIT',
  'no-close-rst': 'after the client has reset, every Kth socket of a worker stays, in no table',
  memory: 'keeps --bytes bytes for every Kth connection of a worker',
  'worker-crash': 'the first worker throws on its connection --at K, once; a new one takes its place',
  crash: 'the primary throws after --at K connections of one worker: exit status 1',
});

if (cluster.isPrimary) await runPrimary();
else runWorker();

async function runPrimary() {
  const port = options.port || (await freePort(options.host));
  cluster.on('exit', () => cluster.fork({ PORT: port }));
  cluster.on('message', (_worker, message) => {
    if (message === 'crash') throw new Error('crash of the primary');
  });
  const workers = [cluster.fork({ PORT: port }), cluster.fork({ PORT: port })];
  await Promise.all(workers.map(worker => once(worker, 'listening')));
  process.stdout.write(`ready ${port} ${process.pid}\n`);
}

function runWorker() {
  const kept = [];
  let connections = 0;
  const server = createServer({ allowHalfOpen: options.fault === 'no-close' }, socket => {
    connections += 1;
    socket.on('error', () => {}); // the stream destroys itself; a reset is no reason to die
    const strike = connections % options.every === 0 ? faults[options.fault] : undefined;
    strike?.(socket);
    socket.pipe(socket, { end: kept.at(-1) !== socket });
  });

  const faults = {
    'no-close': socket => kept.push(socket),
    'no-close-rst': socket => staysOpenAfterReset(socket, kept),
    memory: () => kept.push(Buffer.alloc(options.bytes, connections)),
    'worker-crash': () => {
      if (cluster.worker.id === 1 && connections === options.at)
        throw new Error(`crash on connection ${connections}`);
    },
    crash: () => {
      if (connections === options.at) process.send('crash');
    },
  };

  server.listen(Number(process.env.PORT), options.host);
}
