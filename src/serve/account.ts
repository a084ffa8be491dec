/** What is counted of each connection, and summed over all of a client. */
export const SUMMED = [
  'requests',
  'answered',
  'failed',
  'offered',
  'askedToClose',
  'endedByClient',
  'endedByServer',
  'resets',
  'refusedTls',
  'garbage',
] as const;

export type Summed = (typeof SUMMED)[number];

/** The sums of one client. Its size does not depend on how many connections it has made. */
export class Account implements Record<Summed, number> {
  readonly name: string;
  connections = 0;
  requests = 0;
  answered = 0;
  /** Answers that were broken off, or never given. */
  failed = 0;
  /** Answers after which a connection could have been used again. */
  offered = 0;
  /** Requests of clients that asked for the connection to be closed after them. */
  askedToClose = 0;
  endedByClient = 0;
  endedByServer = 0;
  resets = 0;
  /** Handshakes that ended at the certificate. */
  refusedTls = 0;
  /** Bytes that are no request, headers that do not end. */
  garbage = 0;
  /** Connections opened while another one of the same port had been idle, and could have been used. */
  besideIdle = 0;
  /** Either, perhaps: this server came so late to accept them that nobody knows what was idle when they were opened. */
  perhapsWasted = 0;
  /** Connections opened after one of the same port that could have been used was closed at once. */
  afterClose = 0;
  open = 0;
  busy = 0;
  peakOpen = 0;
  peakBusy = 0;
  longestIdleMs = 0;
  /** Of connections that the client ended: the most that were overdue at a time, and those of which it is not sure. */
  peakOverdue = 0;
  perhapsOverdue = 0;
  longestOwedMs = 0;
  /** Connections that can be used again and have nothing to do; the most at a time, however shortly. */
  idleNow = 0;
  peakIdleAtOnce = 0;
  /** The most that were idle for a while, in all and on one port. */
  peakIdle = 0;
  peakIdleOnOnePort = 0;
  /** Connections of which it was looked up whose they are. */
  ownersAsked = 0;
  /** Connections that can be used again, those that have waited longest first; by port. */
  readonly idle = new Map<number, Set<Visit>>();
  /** By port: usable connections that the client closed at once, and has not replaced yet. */
  readonly #discarded = new Map<number, Discarded[]>();
  /** Processes that were seen to own its connections, as far as it was looked. */
  readonly pids = new Set<number>();

  constructor(name: string) {
    this.name = name;
  }

  idleOf(port: number): Set<Visit> {
    const known = this.idle.get(port);
    if (known) return known;
    const fresh = new Set<Visit>();
    this.idle.set(port, fresh);
    return fresh;
  }

  discardedOf(port: number): Discarded[] {
    const known = this.#discarded.get(port);
    if (known) return known;
    const fresh: Discarded[] = [];
    this.#discarded.set(port, fresh);
    return fresh;
  }
}

/** A connection that was thrown away although it could have been used again. */
export interface Discarded {
  readonly answeredAtMs: number;
  readonly atMs: number;
  /** One that was idle then. */
  readonly other: Visit | undefined;
}

/** One connection that a client has open. What is known of it is gone with it: totals stand in its account. */
export interface Visit extends Record<Summed, number> {
  readonly port: number;
  readonly remotePort: number;
  account: Account;
  readonly openedAtMs: number;
  /** When it was not there yet: at `openedAtMs` it was accepted, and may have waited for that. */
  readonly openedAfterMs: number;
  /** Requests that are being answered. */
  busy: number;
  /** Its last answer was complete and left it open, and the client had not asked to close. */
  mayReuse: boolean;
  /** Since when it has had nothing to do. */
  idleSinceMs: number | undefined;
  /** Since when an answer is owed: then the request was read, which had not come before `busyAfterMs`. */
  busySinceMs: number | undefined;
  busyAfterMs: number;
  /** An answer of it was broken off, or will not come. */
  failedAtMs: number | undefined;
  /** When its last answer was sent. */
  answeredAtMs: number | undefined;
  /** Who was the first to end it, and when. */
  /** An answer was so long that a client does better to close the connection than to read on, if it does not want it. */
  hadLongAnswer: boolean;
  endedBy: 'client' | 'reset' | 'server' | undefined;
  endedAtMs: number | undefined;
  isOver: boolean;
  /** Whose it is may still turn out: what it holds is told of nobody until then. */
  isUntold: boolean;
  /** It was opened for nothing, beside another one that could have been used. */
  waste: Waste | undefined;
  /** Others that were opened for nothing because of this one. */
  blame: Record<Waste['why'], number> | undefined;
  /** Some of those that were opened beside it: they may have been beside another one, too. */
  beside: Visit[] | undefined;
}

/** Why a connection was one too many, and the one that could have been used. */
export interface Waste {
  readonly why: 'besideIdle' | 'afterClose';
  readonly other: Visit | undefined;
}

export function newVisit(
  port: number,
  remotePort: number,
  account: Account,
  nowMs: number,
  openedAfterMs: number,
): Visit {
  return {
    port,
    remotePort,
    account,
    openedAtMs: nowMs,
    openedAfterMs,
    requests: 0,
    answered: 0,
    failed: 0,
    offered: 0,
    askedToClose: 0,
    endedByClient: 0,
    endedByServer: 0,
    resets: 0,
    refusedTls: 0,
    garbage: 0,
    busy: 0,
    mayReuse: false,
    idleSinceMs: undefined,
    busySinceMs: undefined,
    busyAfterMs: openedAfterMs,
    failedAtMs: undefined,
    answeredAtMs: undefined,
    hadLongAnswer: false,
    endedBy: undefined,
    endedAtMs: undefined,
    isOver: false,
    isUntold: false,
    waste: undefined,
    blame: undefined,
    beside: undefined,
  };
}
