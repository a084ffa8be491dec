import type { Socket } from 'node:net';
import type { Book } from './book.js';
import type { Exchange } from './exchange.js';
import type { Line } from './line.js';

/**
 * Bytes that came, and bytes that go back: the same ones, or those of --answer. Until they have gone nothing more is
 * read, so a client that floods or does not listen waits, and this server's memory stays as it is.
 */
export function tcpExchange(book: Book, line: Line, socket: Socket, reply: Buffer): Exchange {
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
