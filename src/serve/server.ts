import { createServer as createHttpServer } from 'node:http';
import type { Socket } from 'node:net';
import type { ServeOptions } from '../serve-options.js';
import { randomAt } from '../workload/prng.js';
import type { Account, Visit } from './account.js';
import type { Book } from './book.js';
import type { Exchange } from './exchange.js';
import { httpExchange } from './http-exchange.js';
import { type Line, openLine } from './line.js';
import { type Listener, listen } from './listener.js';
import { MANNERS } from './manners/registry.js';
import { encrypted } from './manners/tls.js';
import { moveVisit } from './move.js';
import type { Queues } from './queues.js';
import { tcpExchange } from './tcp-exchange.js';
import { Turns } from './turns.js';

/** The server that is run against a client. */
export interface MisbehavingServer {
  readonly ports: readonly number[];
  close(): void;
}

/** What the server needs to know of the machine that it runs on. */
export interface Surroundings {
  /** Ports that are tried for `auto`: below those that the kernel gives to clients. */
  readonly autoPorts: readonly [number, number];
  readonly mostConnections: number;
  /** Whose connection this is. */
  readonly whose: (port: number, socket: Socket) => Whose;
  /** Where it cannot be known how long a connection has waited, as in a test of the caller's, nothing is judged by that. */
  readonly queues?: Pick<Queues, 'accept' | 'mark' | 'watch'>;
}

export interface Whose {
  /** For all that is known now. */
  readonly account: Account;
  /** What it turns out to be, and how long the connection is not read for its sake. */
  readonly later?: Promise<Account>;
  /** The connection is not read before this, either. */
  readonly held?: Promise<unknown>;
  readonly waitMs: number;
}

/** Listens, and treats whoever comes as the options say. @throws ChurnError when a port cannot be had. */
export async function openServer(
  options: ServeOptions,
  seed: number,
  book: Book,
  { autoPorts, mostConnections, whose, queues }: Surroundings,
): Promise<MisbehavingServer> {
  const { manners, settings, body, keepAlive, refuses, tls, protocol } = options;
  const sockets = new Set<Socket>();
  const listeners: Listener[] = [];
  let requests = 0;
  let connections = 0;
  const treat = (exchange: Exchange) => {
    const at = manners.length === 1 ? 0 : Math.floor(randomAt(seed, requests) * manners.length);
    requests++;
    MANNERS[manners[at] ?? 'ok'](exchange, settings);
  };
  const converse =
    protocol === 'http' ? speakHttp(book, body, keepAlive, treat) : speakTcp(book, options, treat);
  const look = (port: number) => queues?.mark(port);
  const greet = (socket: Socket, visit: Visit) => {
    if (tls) {
      encrypted(
        socket,
        talks => converse(openLine(book, visit, socket, talks, look), talks),
        () => book.refusedTls(visit, performance.now()),
      );
    } else converse(openLine(book, visit, socket, socket, look), socket);
  };
  const turns = new Turns(options.atATime);
  const welcome = (socket: Socket, port: number) => {
    const openedAfterMs = queues?.accept(port);
    if (sockets.size >= mostConnections) {
      book.dropped++;
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    const { remotePort = 0 } = socket;
    const enter = (account: Account) => {
      const visit = book.open(account, port, remotePort, performance.now(), openedAfterMs);
      const leave = () => book.closed(visit, performance.now());
      socket.on('close', leave);
      if (socket.destroyed) leave();
      else turns.take(socket, () => greet(socket, visit));
      return visit;
    };
    const { account, later, held, waitMs } = whose(port, socket);
    let visit: Visit | undefined;
    const begin = () => {
      if (visit) return;
      visit = enter(account);
      visit.isUntold = later !== undefined;
    };
    const timer = waitMs > 0 ? setTimeout(begin, waitMs) : begin();
    void held?.then(begin);
    void later?.then(found => {
      if (timer) clearTimeout(timer);
      visit ??= enter(found);
      visit.isUntold = false;
      moveVisit(visit, found);
    });
    if (refuses && ++connections % REFUSED_AFTER === 0)
      for (const listener of listeners) listener.shutFor(settings.delayMs, watchAll);
  };
  const watchAll = () => void queues?.watch(listeners.map(({ port }) => port));
  const close = () => {
    for (const listener of listeners) listener.close();
    for (const socket of sockets) socket.destroy();
  };
  try {
    for (const port of options.ports) listeners.push(await listen(options.host, port, autoPorts, welcome));
  } catch (error) {
    close();
    throw error;
  }
  const ports = listeners.map(({ port }) => port);
  await queues?.watch(ports);
  return { ports, close };
}

type Converse = (line: Line, socket: Socket) => void;

/** Node's server gets its connections by hand: what listens is ours, so that it can be shut and opened again. */
function speakHttp(
  book: Book,
  body: Buffer,
  keepAlive: boolean,
  treat: (exchange: Exchange) => void,
): Converse {
  const lines = new WeakMap<object, Line>();
  const server = createHttpServer({ keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 });
  server.on('request', (request, response) => {
    const line = lines.get(request.socket);
    if (line) treat(httpExchange(book, line, request, response, body, keepAlive));
  });
  server.on('clientError', (error: NodeJS.ErrnoException, stream) => {
    const line = lines.get(stream);
    if (!line || !error.code?.startsWith('HPE_')) return void stream.destroy();
    // It is told twice when more comes behind the first mistake.
    if (line.visit.endedBy !== undefined) return;
    book.garbled(line.visit);
    if (stream.writable) stream.write('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n');
    line.close();
  });
  return (line, socket) => {
    lines.set(socket, line);
    server.emit('connection', socket);
  };
}

function speakTcp(book: Book, { answer }: ServeOptions, treat: (exchange: Exchange) => void): Converse {
  return (line, socket) => {
    socket.on('data', (chunk: Buffer) => treat(tcpExchange(book, line, socket, answer ?? chunk)));
    socket.on('end', () => socket.end());
  };
}

const REFUSED_AFTER = 10;
