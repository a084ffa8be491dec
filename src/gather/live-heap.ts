/** What the heap of a server has alive behind forced collections of its garbage. */
export interface LiveHeap {
  /** None before the judge has asked for it. */
  readonly readings: ReadonlyArray<{
    readonly connections: number;
    /** On the clock of the snapshots. */
    readonly atMs: number;
    readonly keptBytes: number;
    /** Private memory that is neither the heap's nor that of its buffers; undefined where that could not be read. */
    readonly outsideBytes: number | undefined;
  }>;
  /** The longest timer of the program, and the call that set it; undefined: it has none. */
  readonly timer: { readonly call: string; readonly ms: number } | undefined;
  /** Why it cannot be read, or no longer: a sentence. */
  readonly refused: string | undefined;
}

/** Whoever can make the runtime of a server collect its garbage. */
export interface HeapReader {
  readonly timer: LiveHeap['timer'];
  /** A sentence: it no longer can. */
  read(): Promise<Pick<LiveHeap['readings'][number], 'keptBytes' | 'outsideBytes'> | string>;
  close(): Promise<void>;
}

/** Opens it when it is asked for first; the sentence says why it cannot be had. */
export type OpenHeap = () => Promise<HeapReader | string>;

/** The readings of one trial. Owns what it opens: the owner calls close(). */
export class LiveHeapReadings {
  readonly #open: OpenHeap;
  readonly #readings: LiveHeap['readings'][number][] = [];
  #reader: HeapReader | undefined;
  #refused: string | undefined;

  constructor(open: OpenHeap) {
    this.#open = open;
  }

  /** Nothing else is known of memory from then on: pages that were given back at once show no leak. */
  get hasBegun(): boolean {
    return this.#readings.length > 0;
  }

  facts(): LiveHeap {
    return { readings: this.#readings, timer: this.#reader?.timer, refused: this.#refused };
  }

  /** One reading, unless there is one for as many connections, or none can be had. */
  async read(connections: number): Promise<void> {
    if (this.#refused !== undefined || this.#readings.at(-1)?.connections === connections) return;
    if (!this.#reader) {
      const reader = await this.#open();
      if (typeof reader === 'string') {
        this.#refused = reader;
        return;
      }
      this.#reader = reader;
    }
    const read = await this.#reader.read();
    if (typeof read === 'string') this.#refused = read;
    else this.#readings.push({ connections, atMs: performance.now(), ...read });
  }

  async close(): Promise<void> {
    await this.#reader?.close();
  }
}
