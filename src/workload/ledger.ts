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
 * 256 KiB for each address that connections come from, however long the run.
 */
export class Ledger {
  /** Addresses that connections come from; none: the one that the kernel takes, which need not be told apart. */
  readonly sources: readonly string[];
  /** For the ledgers of other threads that make connections of the same run. */
  readonly memory: SharedArrayBuffer;
  readonly #opened: Int32Array;
  /** Those of the first address, then those of the second. */
  readonly #lastConnection: Int32Array;
  readonly #sourceOf: ReadonlyMap<string, number>;
  readonly #phases: {
    readonly phase: CyclePhase;
    readonly after: number;
    /** Opened in earlier spans of the same phase. */
    readonly earlier: number;
  }[] = [];

  /** `memory`: that of the run's first ledger, of which the others are made. They know the phases in which they opened connections. */
  constructor(sources: readonly string[] = [], memory?: SharedArrayBuffer) {
    const ports = PORTS * Math.max(1, sources.length);
    this.memory = memory ?? new SharedArrayBuffer((1 + ports) * Int32Array.BYTES_PER_ELEMENT);
    this.#opened = new Int32Array(this.memory, 0, 1);
    this.#lastConnection = new Int32Array(this.memory, Int32Array.BYTES_PER_ELEMENT, ports);
    this.sources = sources;
    this.#sourceOf = new Map(sources.map((source, index) => [source, index]));
  }

  /** Connections opened so far, in all phases. */
  get opened(): number {
    return Atomics.load(this.#opened, 0);
  }

  /** Connections opened in one phase. */
  openedIn(phase: CyclePhase): number {
    return this.#phases.reduce((sum, span, index) => {
      const until = this.#phases[index + 1]?.after ?? this.opened;
      return span.phase === phase ? sum + until - span.after : sum;
    }, 0);
  }

  /** The connections that are numbered from now on are of this phase. */
  enter(phase: CyclePhase): void {
    if (this.#phases.at(-1)?.phase !== phase)
      this.#phases.push({ phase, after: this.opened, earlier: this.openedIn(phase) });
  }

  /** The number of a new connection, from 1: unique among all ledgers of the same memory. */
  next(phase: CyclePhase): number {
    this.enter(phase);
    return Atomics.add(this.#opened, 0, 1) + 1;
  }

  remember(localPort: number, connection: number, localAddress = ''): void {
    const place = this.#placeOf(localPort, localAddress);
    if (place !== undefined) this.#lastConnection[place] = connection;
  }

  /** The last connection that had this local port, or undefined: a port, or an address, that was never ours. */
  connectionOf(localPort: number, localAddress = ''): number | undefined {
    const place = this.#placeOf(localPort, localAddress);
    return place === undefined ? undefined : this.#lastConnection[place] || undefined;
  }

  #placeOf(port: number, address: string): number | undefined {
    if (this.sources.length === 0) return port;
    const source = this.#sourceOf.get(address);
    return source === undefined ? undefined : PORTS * source + port;
  }

  origin(connection: number): CycleOrigin {
    const started = this.#phases.findLast(({ after }) => after < connection);
    return {
      phase: started?.phase ?? 'cycles',
      cycle: connection - (started?.after ?? 0) + (started?.earlier ?? 0),
    };
  }
}

const PORTS = 65_536;
