import type { ClientLimits } from '../../options/serve.js';

/** All that was seen of one client: what a judge of clients gets, and nothing else. */
export interface ClientEvidence {
  readonly protocol: 'http' | 'tcp';
  readonly limits: ClientLimits;
  /** The server offered to keep connections open. */
  readonly keepAlive: boolean;
  readonly connections: number;
  readonly requests: number;
  readonly answered: number;
  readonly failed: number;
  /** Answers after which the connection could have been used again, had the client wanted to. */
  readonly offered: number;
  readonly askedToClose: number;
  readonly besideIdle: number;
  readonly afterClose: number;
  /** Connections that may have been opened for nothing: this server came too late to them to know. */
  readonly perhapsWasted: number;
  /** Most requests that were under way at a time. */
  readonly peakBusy: number;
  readonly peakOpen: number;
  readonly longestIdleMs: number;
  /** Most idle connections at a time, in all and on one port. */
  readonly peakIdle: number;
  /** The same, counting those that were idle for a moment only. */
  readonly peakIdleAtOnce: number;
  readonly peakIdleOnOnePort: number;
  /** Connections on which an answer was owed for longer than the client's patience, at a time. */
  readonly peakOverdue: number;
  /** Those that ended when they may have been overdue: this server came too late to know. */
  readonly perhapsOverdue: number;
  readonly longestOwedMs: number;
  /** Distinct processes that owned its connections, and how many connections were looked at for that. */
  readonly owners: number;
  readonly ownersAsked: number;
  /** Connections that the client was not the first to end: these it may have forgotten. And when it was last looked at. */
  readonly leftToIt: number;
  readonly leftToItWhenLooked: number;
  /** What its processes held; undefined where none could be looked at. */
  readonly held: HeldByClient | undefined;
}

/** Sockets that a client holds and cannot use any more. */
export interface HeldByClient {
  /** Most at a time, and how many of these had been so for a second. */
  readonly closeWait: Stuck;
  /** In no table of the kernel: the connection was reset, the descriptor is still there. */
  readonly dead: Stuck;
  /** Bytes of an answer that nobody has read. */
  readonly unread: Stuck;
  readonly fdLimit: number | undefined;
  readonly fdsBefore: number;
  readonly fdsPeak: number;
}

export interface Stuck {
  readonly peak: number;
  readonly peakForASecond: number;
  /** Descriptors of some of them, when there were most. */
  readonly fds: ReadonlyArray<{ readonly pid: number; readonly fd: number; readonly inode: number }>;
}
