import type { ClientEvidence, HeldByClient, Stuck } from '../../src/verdict/client/evidence.js';

/** A client that made 40 requests over one connection and let it go, unless something else is said. */
export function clientEvidence(different: Partial<ClientEvidence> = {}): ClientEvidence {
  return {
    protocol: 'http',
    limits: { maxIdle: undefined, maxIdlePerPort: undefined, idleMs: undefined, patienceMs: undefined },
    keepAlive: true,
    connections: 1,
    requests: 40,
    answered: 40,
    failed: 0,
    offered: 40,
    askedToClose: 0,
    besideIdle: 0,
    perhapsWasted: 0,
    afterClose: 0,
    peakBusy: 1,
    peakOpen: 1,
    longestIdleMs: 20,
    peakIdle: 1,
    peakIdleAtOnce: 1,
    peakIdleOnOnePort: 1,
    peakOverdue: 0,
    perhapsOverdue: 0,
    longestOwedMs: 5,
    owners: 1,
    ownersAsked: 1,
    leftToIt: 1,
    leftToItWhenLooked: 1,
    held: heldByClient(),
    ...different,
  };
}

export function heldByClient(different: Partial<HeldByClient> = {}): HeldByClient {
  return {
    closeWait: stuck(0),
    dead: stuck(0),
    unread: stuck(0),
    fdLimit: 1_024,
    fdsBefore: 4,
    fdsPeak: 5,
    ...different,
  };
}

export function stuck(peak: number, peakForASecond = 0): Stuck {
  return {
    peak,
    peakForASecond,
    fds: Array.from({ length: peak }, (_, index) => ({ pid: 7, fd: 3 + index, inode: 100 + index })),
  };
}
