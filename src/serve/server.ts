import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ServeOptions } from '../options/serve.js';
import { randomAt } from '../workload/prng.js';
import type { Account, Visit } from './account.js';
import type { ConnectionLog } from './connection-log.js';
import { type Line, openLine } from './line.js';
import { encrypted, type Listener, listen } from './listener.js';
import { ANSWER_MANNERS, type AnswerOptions, type Exchange } from './manners.js';
import type { Queues } from './queues.js';
import { moveVisit } from './waste.js';

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
  book: ConnectionLog,
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
    ANSWER_MANNERS[manners[at] ?? 'ok'](exchange, settings);
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
  const turns = new ConcurrencyLimit(options.atATime);
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
  book: ConnectionLog,
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

function speakTcp(
  book: ConnectionLog,
  { answer }: ServeOptions,
  treat: (exchange: Exchange) => void,
): Converse {
  return (line, socket) => {
    socket.on('data', (chunk: Buffer) => treat(tcpExchange(book, line, socket, answer ?? chunk)));
    socket.on('end', () => socket.end());
  };
}

const REFUSED_AFTER = 10;

/**
 * Bytes that came, and bytes that go back: the same ones, or those of --answer. Until they have gone nothing more is
 * read, so a client that floods or does not listen waits, and this server's memory stays as it is.
 */
function tcpExchange(book: ConnectionLog, line: Line, socket: Socket, reply: Buffer): Exchange {
  const { visit } = line;
  book.request(visit, false, performance.now());
  socket.pause();
  const isDone = () => {
    book.answered(visit, true, false);
    line.restsSoon();
    socket.resume();
  };
  return {
    answer: ({ afterwards } = {}) => {
      socket.write(reply, () => {
        isDone();
        afterwards?.();
      });
    },
    half: () => void socket.write(reply.subarray(0, reply.length >> 1)),
    inPieces: (pieces, everyMs) => {
      const size = Math.max(1, Math.ceil(reply.length / pieces));
      const send = (from: number) => {
        const isLast = from + size >= reply.length;
        socket.write(reply.subarray(from, from + size), () => {
          if (isLast) isDone();
          else line.later(everyMs, () => send(from + size));
        });
      };
      line.later(everyMs, () => send(0));
    },
    ...line,
    fails: () => {
      line.fails();
      // Its end is to be seen all the same.
      socket.resume();
    },
  };
}

/** What HTTP clients buffer of an answer that nobody reads. */
const LONG_BYTES = 65_536;

/** A request of HTTP/1.1 and its answer. Node's own server speaks the protocol; this decides what it says, and when. */
function httpExchange(
  book: ConnectionLog,
  line: Line,
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
  keepsAlive: boolean,
): Exchange {
  const { visit } = line;
  visit.hadLongAnswer ||= body.length > LONG_BYTES;
  const asksToClose = !response.shouldKeepAlive;
  book.request(visit, asksToClose, performance.now());
  // What the client sends is thrown away as it comes, however much it is.
  request.resume();
  response.on('error', () => undefined);
  if (!keepsAlive) response.shouldKeepAlive = false;
  const announce = (headers: AnswerOptions) => {
    const { status = 200, location, announcesClose } = headers;
    response.writeHead(status, {
      'content-type': 'text/plain',
      'content-length': body.length,
      ...(location === undefined ? {} : { location }),
      ...(announcesClose ? { connection: 'close' } : {}),
    });
  };
  const isDone = (offers: boolean) => {
    // The beginning of a long answer is not when it was there.
    if (visit.hadLongAnswer) visit.answeredAtMs = visit.endedAtMs ?? performance.now();
    book.answered(visit, offers && !asksToClose, offers && asksToClose);
    if (!response.shouldKeepAlive) book.ended(visit, 'server', performance.now());
    line.restsSoon();
  };
  return {
    answer: (how = {}) => {
      announce(how);
      const { announcesClose = false, afterwards } = how;
      const sent = () => {
        isDone(keepsAlive && !announcesClose);
        afterwards?.();
      };
      // end() would close at once what is to be closed later.
      line.answers();
      if (announcesClose) {
        response.shouldKeepAlive = true;
        response.write(body, sent);
      } else response.end(body, sent);
    },
    half: () => {
      announce({});
      response.write(body.subarray(0, body.length >> 1));
    },
    inPieces: (pieces, everyMs) => {
      announce({});
      const size = Math.ceil(body.length / pieces);
      const send = (from: number) => {
        const piece = body.subarray(from, from + size);
        if (from + size >= body.length) {
          line.answers();
          response.end(piece, () => isDone(keepsAlive));
        } else {
          response.write(piece);
          line.later(everyMs, () => send(from + size));
        }
      };
      line.later(everyMs, () => send(0));
    },
    ...line,
  };
}

/** Serves so many connections at a time. The next one has its turn when one of them is over. */
class ConcurrencyLimit {
  readonly #most: number;
  readonly #waiting = new Set<() => void>();
  #served = 0;

  constructor(most: number) {
    this.#most = most;
  }

  take(socket: Socket, serve: () => void): void {
    const begin = () => {
      this.#waiting.delete(begin);
      this.#served++;
      socket.on('close', () => {
        this.#served--;
        const [next] = this.#waiting;
        next?.();
      });
      serve();
    };
    if (this.#served < this.#most) begin();
    else {
      this.#waiting.add(begin);
      socket.on('close', () => this.#waiting.delete(begin));
    }
  }
}
