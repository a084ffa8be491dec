// An echo server on node:net.
//   node net.mjs [--port N] [--host ADDR] [--fault NAME] [--every K] [--bytes N] [--at K] [--list-faults]
import { EventEmitter } from 'node:events';
import { openSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

import { listen, readArguments, staysOpenAfterReset } from './fixture.mjs';

const options = readArguments({
  'no-close': 'after the client has closed, every Kth socket stays in CLOSE_WAIT',
  'no-close-rst': 'after the client has reset, every Kth socket stays, in no table',
  memory: 'keeps --bytes bytes for every Kth connection',
  listener: 'an emitter retains every Kth session, with --bytes bytes',
  file: 'opens a file on every Kth connection and keeps it',
  crash: 'throws on connection --at K: exit status 1',
  'slow-close': 'innocent: closes 1500 ms after the client',
});

const kept = [];
const news = new EventEmitter().setMaxListeners(0);
let connections = 0;

const allowHalfOpen = options.fault === 'no-close' || options.fault === 'slow-close';
const server = createServer({ allowHalfOpen }, socket => {
  connections += 1;
  socket.on('error', () => {}); // the stream destroys itself; a reset is no reason to die
  const strike = connections % options.every === 0 ? faults[options.fault] : undefined;
  if (strike) strike(socket);
  else echo(socket);
});

const faults = {
  'no-close': socket => {
    kept.push(socket);
    socket.pipe(socket, { end: false });
  },
  'no-close-rst': socket => {
    staysOpenAfterReset(socket, kept);
    echo(socket);
  },
  memory: socket => {
    kept.push(Buffer.alloc(options.bytes, connections));
    echo(socket);
  },
  listener: socket => {
    const session = { socket, history: Buffer.alloc(options.bytes, connections) };
    news.on('news', () => session.socket.write(session.history));
    echo(socket);
  },
  file: socket => {
    kept.push(openSync(fileURLToPath(import.meta.url)));
    echo(socket);
  },
  crash: socket => {
    if (connections >= options.at) throw new Error(`crash on connection ${connections}`);
    echo(socket);
  },
  'slow-close': socket => {
    socket.pipe(socket, { end: false });
    socket.on('end', () => setTimeout(() => socket.end(), 1500));
  },
};

function echo(socket) {
  socket.pipe(socket);
}

await listen(server, options);
