import type { Cycle } from './cycle.js';
import { type Destination, dial } from './dial.js';

/** What becomes of a cycle's socket; `closed` is called once, at the very end. */
export interface Events {
  readonly connected: () => void;
  readonly ended: () => void;
  readonly closed: () => void;
}

/**
 * Follows the socket of a cycle. When the backlog is full, a Unix socket answers a connect(2) that does not block with
 * EAGAIN, where a TCP socket drops the SYN and one that blocks would have waited: it is tried again until the cycle's
 * deadline.
 */
export function open(cycle: Cycle, destination: Destination, events: Events): void {
  cycle.socket
    .on('connect', events.connected)
    .on('end', events.ended)
    .on('error', (error: NodeJS.ErrnoException) => {
      cycle.error ??= error.code ?? error.message;
    })
    .on('close', () => {
      if (cycle.connected || cycle.error !== FULL_BACKLOG) events.closed();
      else openAgain(cycle, destination, events);
    });
}

function openAgain(cycle: Cycle, destination: Destination, events: Events): void {
  cycle.error = undefined;
  setTimeout(() => {
    // The deadline or an interrupt came meanwhile.
    if (cycle.error !== undefined) return events.closed();
    cycle.socket = dial(destination);
    open(cycle, destination, events);
  }, RETRY_MS);
}

const FULL_BACKLOG = 'EAGAIN';
const RETRY_MS = 1;
