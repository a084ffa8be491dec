import type { Socket } from 'node:net';
import type { Visit } from './account.js';
import type { Book } from './book.js';
import type { Exchange } from './exchange.js';

/** A connection of a client: its entry in the book, and what can be done to it in any protocol. */
export interface Line extends Pick<Exchange, 'later' | 'fails' | 'close' | 'halfClose' | 'reset'> {
  readonly visit: Visit;
  /** After whatever else is ready has been looked at, so that requests at the same time count as that. */
  restsSoon(): void;
}

/** `talks` is what is spoken on: the socket itself, or TLS on top of it. */
export function openLine(book: Book, visit: Visit, raw: Socket, talks: Socket = raw): Line {
  const timers = new Set<NodeJS.Timeout>();
  const ended = (by: 'client' | 'reset' | 'server') => book.ended(visit, by, performance.now());
  talks.on('end', () => ended('client'));
  talks.on('error', error =>
    ended((error as NodeJS.ErrnoException).code === 'ECONNRESET' ? 'reset' : 'client'),
  );
  talks.on('close', () => {
    for (const timer of timers) clearTimeout(timer);
    timers.clear();
    book.closed(visit, performance.now());
  });
  return {
    visit,
    restsSoon: () => void setImmediate(() => book.rests(visit, performance.now())),
    later: (ms, then) => {
      if (visit.isOver) return;
      const timer = setTimeout(() => {
        timers.delete(timer);
        then();
      }, ms);
      timers.add(timer);
    },
    fails: () => book.failed(visit, performance.now()),
    close: () => {
      ended('server');
      talks.destroySoon();
    },
    halfClose: () => {
      ended('server');
      talks.end();
    },
    reset: () => {
      ended('server');
      raw.resetAndDestroy();
    },
  };
}
