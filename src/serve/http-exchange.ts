import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Book } from './book.js';
import type { AnswerOptions, Exchange } from './exchange.js';
import type { Line } from './line.js';

/** A request of HTTP/1.1 and its answer. Node's own server speaks the protocol; this decides what it says, and when. */
export function httpExchange(
  book: Book,
  line: Line,
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
  keepsAlive: boolean,
): Exchange {
  const { visit } = line;
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
