import type { ClientName } from './client-names.js';
import type { Behaviour } from './cycle-context.js';
import type { Destination } from './dial.js';
import type { Ledger } from './ledger.js';
import type { LoadClock } from './load-clock.js';
import type { Pacer } from './pacer.js';
import type { Patience } from './patience.js';
import { randomAt } from './prng.js';
import type { Script } from './script.js';
import type { Sources } from './sources.js';
import type { Stopwatch } from './stopwatch.js';

/** What is to be done to a server, and what has to be known of it meanwhile. */
export interface Workload {
  readonly destination: Destination;
  /** Addresses that the connections come from, where some were named. */
  readonly sources?: Sources | undefined;
  /** What the client of a connection does. */
  readonly behaviourOf: (connection: number) => Behaviour;
  readonly script: Script;
  /** Kept for the whole run, as the pacer is: it learns how long the server takes to close. */
  readonly patience: Patience;
  readonly concurrency: number;
  /** Deadline of one cycle, and of an accept queue that does not move. */
  readonly timeoutMs: number;
  /** Wait of each client between two of its cycles. */
  readonly pauseMs: number;
  /** When cycles begin, if not each when the one before is over. Kept for the whole run. */
  readonly loadClock?: LoadClock | undefined;
  /** Cycles begin until so much time has passed, up to their count. */
  readonly forMs?: number | undefined;
  /** Asked before each cycle: from then on none begins. */
  readonly isLate?: (() => boolean) | undefined;
  readonly stopwatch?: Stopwatch | undefined;
  readonly ledger: Ledger;
  /** Connections on their way beside these cycles: it is not known yet whether they were accepted. */
  readonly aside: () => number;
  /** Kept for the whole run: it learns how short the backlog is. */
  readonly pacer: Pacer;
  /** Length of the longest accept queue of the server, undefined when it cannot be seen. */
  readonly queueLength: () => number | undefined;
  /** Asked after each failed cycle: a server that is gone ends the run. */
  readonly serverIsGone: () => boolean;
  readonly signal: AbortSignal;
}

/** Which client behaviour each connection of a run has: one for all, or several in the random order of a seed. */
export class ClientMix {
  readonly clients: readonly ClientName[];
  readonly #seed: number;
  /** From which connection on there was one client only, or all of them again. */
  readonly #solos: { readonly after: number; readonly client: ClientName | undefined }[] = [];

  constructor(clients: readonly ClientName[], seed: number) {
    this.clients = clients;
    this.#seed = seed;
  }

  get isMixed(): boolean {
    return this.clients.length > 1;
  }

  /** After this connection all have the same behaviour; undefined: mixed again. */
  only(client: ClientName | undefined, after: number): void {
    this.#solos.push({ after, client });
  }

  clientOf(connection: number): ClientName {
    const [first = 'fin'] = this.clients;
    const solo = this.#solos.findLast(({ after }) => after < connection)?.client;
    if (solo) return solo;
    const drawn = Math.floor(randomAt(this.#seed, connection) * this.clients.length);
    return this.clients[drawn] ?? first;
  }
}
