// A web application on node:http and ws, whose routes forget something of their own.
//   node routes.mjs [--port N] [--host ADDR] [--fault NAME] [--every K] [--list-faults]
import { openSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';

import { listen, readArguments } from '../node/fixture.mjs';

const options = readArguments({
  items: 'GET /items opens a file and keeps it',
  second: 'the second request of a connection opens a file and keeps it',
  upload: 'POST /items keeps a file for each body',
  events: 'a subscriber of /events that has gone keeps its file',
  chat: 'a WebSocket that was opened keeps a file',
  'chat-rst': 'a WebSocket that was reset keeps a file',
});

const kept = [];
const forget = fault => {
  if (options.fault === fault) kept.push(openSync(fileURLToPath(import.meta.url)));
};
let answered = 0;

const ROUTES = {
  'GET /': response => response.end('hello\n'),
  'GET /items': response => {
    forget('items');
    response.end('[]\n');
  },
  'POST /items': response => {
    forget('upload');
    response.writeHead(201).end();
  },
  'GET /private': response => response.writeHead(401).end('who are you?\n'),
  'GET /broken': response => response.writeHead(500).end('no database\n'),
  'GET /limited': response => response.writeHead(++answered % 4 === 0 ? 200 : 429).end(),
  'GET /flaky': response => response.writeHead(++answered % 10 === 0 ? 503 : 200).end(),
  'GET /chunked': response => {
    response.write('a'.repeat(10_000));
    setImmediate(() => response.end('b'));
  },
  'GET /events': response => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    const tell = setInterval(() => response.write('data: tick\n\n'), 5);
    response.on('close', () => {
      clearInterval(tell);
      forget('events');
    });
  },
};

const server = createServer((request, response) => {
  const { socket } = request;
  socket.requests = (socket.requests ?? 0) + 1;
  if (socket.requests === 2) forget('second');
  request.resume().on('end', () => {
    const route = ROUTES[`${request.method} ${new URL(request.url, 'http://localhost').pathname}`];
    if (route) route(response);
    else response.writeHead(404).end('no such page\n');
  });
});

new WebSocketServer({ server, path: '/chat' }).on('connection', socket => {
  forget('chat');
  socket.on('error', () => {});
  socket.on('message', message => socket.send(String(message)));
  socket.on('close', code => {
    if (code === 1006) forget('chat-rst');
  });
});

await listen(server, options);
