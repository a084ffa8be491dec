import type { Socket } from 'node:net';
import type { Visit } from './account.js';
import type { ConnectionLog } from './connection-log.js';
import type { Exchange } from './manners.js';

/** A connection of a client: its entry in the book, and what can be done to it in any protocol. */
export interface Line extends Pick<Exchange, 'later' | 'fails' | 'close' | 'halfClose' | 'reset'> {
  readonly visit: Visit;
  /** The answer is about to be sent, and the client free to do something else then. */
  answers(): void;
  /** After whatever else is ready has been looked at, so that requests at the same time count as that. */
  restsSoon(): void;
}

/** `talks` is what is spoken on: the socket itself, or TLS on top of it. */
export function openLine(
  book: ConnectionLog,
  visit: Visit,
  raw: Socket,
  talks: Socket,
  beforeFirstAnswer: (port: number) => void,
): Line {
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
    answers: () => {
      visit.answeredAtMs = performance.now();
      // Those who close at once do so after the first one.
      if (visit.requests === 1) beforeFirstAnswer(visit.port);
    },
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
