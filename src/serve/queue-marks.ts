/** Times at which the accept queue of one port was read. */
export interface QueueMarks {
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
