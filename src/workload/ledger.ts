/**
 * A part of the run that opens connections; the numbers of its connections follow those of the part before. `hold` are
 * silent clients, `probe` asks whether others are served meanwhile.
 */
export type CyclePhase = 'warm-up' | 'hold' | 'probe' | 'cycles' | 'confirm';

/** Which connection of the run a forgotten socket came from. */
export interface CycleOrigin {
  readonly phase: CyclePhase;
  /** Counted from 1 within its phase. */
  readonly cycle: number;
}

/**
 * The memory of the run: every connection by number, and the connection that last had each local port.
 * 256 KiB however long the run.
 */
export class Ledger {
  readonly #lastConnection = new Int32Array(65_536);
  readonly #phases: {
    readonly phase: CyclePhase;
    readonly after: number;
    /** Opened in earlier spans of the same phase. */
    readonly earlier: number;
  }[] = [];
  #opened = 0;

  /** Connections opened so far, in all phases. */
  get opened(): number {
    return this.#opened;
  }

  /** Connections opened in one phase. */
  openedIn(phase: CyclePhase): number {
    return this.#phases.reduce((sum, span, index) => {
      const until = this.#phases[index + 1]?.after ?? this.#opened;
      return span.phase === phase ? sum + until - span.after : sum;
    }, 0);
  }

  /** The number of a new connection, from 1. */
  next(phase: CyclePhase): number {
    if (this.#phases.at(-1)?.phase !== phase)
      this.#phases.push({ phase, after: this.#opened, earlier: this.openedIn(phase) });
    this.#opened += 1;
    return this.#opened;
  }

  remember(localPort: number, connection: number): void {
    this.#lastConnection[localPort] = connection;
  }

  /** The last connection that had this local port, or undefined: a port that was never ours. */
  connectionOf(localPort: number): number | undefined {
    return this.#lastConnection[localPort] || undefined;
  }

  origin(connection: number): CycleOrigin {
    const started = this.#phases.findLast(({ after }) => after < connection);
    return {
      phase: started?.phase ?? 'cycles',
      cycle: connection - (started?.after ?? 0) + (started?.earlier ?? 0),
    };
  }
}
