// An HTTP server on node:http that answers "hello".
//   node http.mjs [--port N] [--host ADDR] [--fault NAME] [--every K] [--bytes N] [--at K] [--list-faults]
import { EventEmitter } from 'node:events';
import { openSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';

import { listen, readArguments, staysOpenAfterReset } from './fixture.mjs';

const options = readArguments({
  'no-close': 'after the client has closed, every Kth socket stays in CLOSE_WAIT',
  'no-close-rst': 'after the client has reset, every Kth socket stays, in no table',
  memory: 'keeps --bytes bytes for every Kth connection',
  listener: 'an emitter retains every Kth session, with --bytes bytes',
  file: 'opens a file on every Kth connection and keeps it',
  crash: 'throws on connection --at K: exit status 1',
});

const kept = [];
const news = new EventEmitter().setMaxListeners(0);
let connections = 0;

const server = createServer((_request, response) => response.end('hello\n'));

server.on('connection', socket => {
  connections += 1;
  if (connections % options.every === 0) faults[options.fault]?.(socket);
});

const faults = {
  'no-close': socket => {
    // node:http sockets are half-open: whoever takes away its listener for the client's end must close himself.
    socket.removeAllListeners('end');
    kept.push(socket);
  },
  'no-close-rst': socket => staysOpenAfterReset(socket, kept),
  memory: () => kept.push(Buffer.alloc(options.bytes, connections)),
  listener: socket => {
    const session = { socket, history: Buffer.alloc(options.bytes, connections) };
    news.on('news', () => session.socket.write(session.history));
  },
  file: () => kept.push(openSync(fileURLToPath(import.meta.url))),
  crash: () => {
    if (connections >= options.at) throw new Error(`crash on connection ${connections}`);
  },
};

if (options.fault === 'no-close') {
  server.headersTimeout = 0; // otherwise Node finds the forgotten sockets itself, after a minute
  server.requestTimeout = 0;
}

await listen(server, options);
