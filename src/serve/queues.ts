import { findInodes } from '../proc/fds.js';
import { ownPid } from '../proc/process.js';
import { readListenRows, type TcpFamily } from '../proc/sockets.js';
import { QueueWatch } from '../sampler/queue-watch.js';

/** The accept queues of this server: what waits there has been opened, and was not heard yet. */
export interface Queues {
  /** Reads that of one port, or of all. */
  mark(port?: number): void;
  /** @see QueueMarks */
  accept(port: number): number;
  /** In all of them together, when they were last read. */
  readonly waiting: number;
  /** Looks for the listeners, once they are there, and again when they came anew. */
  watch(ports: readonly number[]): Promise<void>;
  close(): void;
}

export function watchQueues(): Queues {
  let marks = new Map<number, QueueMarks>();
  let watching: QueueWatch | undefined;
  let isOver = false;
  const close = () => {
    isOver = true;
    watching?.close();
    watching = undefined;
  };
  return {
    get waiting() {
      let all = 0;
      for (const queue of marks.values()) all += queue.waiting;
      return all;
    },
    mark: port => {
      const nowMs = performance.now();
      if (port !== undefined) marks.get(port)?.mark(nowMs);
      else for (const queue of marks.values()) queue.mark(nowMs);
    },
    accept: port => marks.get(port)?.accept() ?? Number.NEGATIVE_INFINITY,
    watch: async ports => {
      const own = ownListeners(ports);
      const fresh = await QueueWatch.open('self', own);
      watching?.close();
      watching = fresh;
      marks = new Map(own.map(({ port, inode }) => [port, queueMarks(() => fresh.lengthOf(inode))]));
      if (isOver) close();
    },
    close,
  };
}

function ownListeners(ports: readonly number[]) {
  const rows = (['tcp', 'tcp6'] as const satisfies readonly TcpFamily[]).flatMap(family =>
    readListenRows('self', family)
      .filter(({ localPort }) => ports.includes(localPort))
      .map(({ localPort: port, localAddress: address, inode }) => ({ family, address, port, inode })),
  );
  const own = findInodes(ownPid(), new Set(rows.map(({ inode }) => inode)));
  return typeof own === 'string' ? [] : rows.filter(({ inode }) => own.has(inode));
}

/** Times at which the accept queue of one port was read. */
interface QueueMarks {
  /** Reads the queue. */
  mark(nowMs: number): void;
  /** Counts a connection that was accepted just now, and tells a time at which the client had not opened it yet. */
  accept(): number;
  /** How many waited when it was last read. */
  readonly waiting: number;
}

/**
 * A connection may wait for long before it is accepted, on a machine that is busy. So it counts as opened after the last
 * time at which it was not in the queue: those that were are the next ones that are accepted, as many as waited.
 */
export function queueMarks(length: () => number | undefined): QueueMarks {
  const marks: Array<{ readonly atMs: number; readonly mostSeen: number }> = [];
  let accepted = 0;
  let waiting = 0;
  let provenMs = Number.NEGATIVE_INFINITY;
  return {
    get waiting() {
      return waiting;
    },
    mark: nowMs => {
      const now = length();
      waiting = now ?? 0;
      if (now === undefined) return;
      const mostSeen = accepted + now;
      // The later one says more of the same connections.
      if (marks.at(-1)?.mostSeen === mostSeen) marks.pop();
      marks.push({ atMs: nowMs, mostSeen });
    },
    accept: () => {
      accepted++;
      while (marks[0] !== undefined && marks[0].mostSeen < accepted)
        provenMs = marks.shift()?.atMs ?? provenMs;
      return provenMs;
    },
  };
}
