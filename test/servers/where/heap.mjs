// An HTTP server that keeps something on its heap for each request, in one of several ways, a session with some bytes:
//   node heap.mjs WAY [BYTES]
// The comments "made" and "kept" mark the lines that have to be told.
import { EventEmitter } from 'node:events';
import { createServer } from 'node:http';

const [, , way, bytes = '0'] = process.argv;

class Session {
  constructor(id) {
    this.id = id;
    this.history = [id, 'connected', new Date(), Buffer.alloc(Number(bytes), id)];
  }
}

const sessions = new Map(); // kept: sessions
const lines = []; // kept: log
const times = []; // kept: numbers
const bus = new EventEmitter().setMaxListeners(0); // kept: listener
const recent = new Map();
let requests = 0;

function openSession(id) {
  const session = new Session(id); // made: sessions
  sessions.set(id, session);
}

function follow(id) {
  const seen = { id, text: `request ${id}`.repeat(20) };
  bus.on('news', () => seen.text.length); // made: listener
}

function expire(id) {
  const entry = { id, body: Buffer.alloc(500, id) };
  setTimeout(() => entry.body.length, 2 ** 30).unref(); // made: timer
}

function log(id) {
  const line = `${new Date().toISOString()} request ${id}`;
  lines.push(`${line} ${'-'.repeat(40)}`); // made: log
}

function remember(id) {
  recent.set(id % 16, { id, at: new Date() });
}

/** A cache of 4000 that lets the oldest go. */
function cache(id) {
  recent.set(id, { id, body: Buffer.alloc(Number(bytes), id) });
  if (recent.size > 4000) recent.delete(recent.keys().next().value);
}

/** Each has half a minute to live. */
function lend(id) {
  recent.set(id, { id, body: Buffer.alloc(Number(bytes), id) });
  setTimeout(() => recent.delete(id), 30_000).unref();
}

const WAYS = {
  cache,
  lend,
  sessions: openSession,
  listener: follow,
  timer: expire,
  log,
  numbers: id => times.push(...new Array(64).fill(id / 8)),
  clean: remember,
};
const keep = WAYS[way];

const server = createServer((_request, response) => {
  requests += 1;
  keep(requests);
  response.end('hello\n');
});
server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () =>
  process.stdout.write(`ready ${server.address().port} ${process.pid}\n`),
);
