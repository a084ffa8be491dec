/**
 * Where the connections of a run come from, where addresses were named: each in turn, and of each one port after the
 * other. Where Node binds a socket to an address alone, the kernel picks a port that may be in TIME_WAIT, and connect(2)
 * fails for it within a second of its last use; in the order of their numbers a port has rested for as long as can be.
 */
export class Sources {
  readonly #addresses: readonly string[];
  readonly #first: number;
  readonly #count: number;
  #made: number;
  #tries = 0;

  /** `ports`: first and last of the local ports. `start`: how many of them, as a share of all, are passed over at first. */
  constructor(addresses: readonly string[], [first, last]: readonly [number, number], start = 0) {
    this.#addresses = addresses;
    this.#first = first;
    this.#count = last - first + 1;
    this.#made = Math.floor(start * this.#count) * addresses.length;
  }

  next(): { readonly localAddress: string; readonly localPort: number } {
    const made = this.#made++;
    const round = Math.floor(made / this.#addresses.length);
    return {
      localAddress: this.#addresses[made % this.#addresses.length] ?? '',
      localPort: this.#first + (round % this.#count),
    };
  }

  /** Whether this error means that somebody else has the port, or had it a moment ago, and another may be free. */
  isTaken(code: string | undefined): boolean {
    const isTaken = code === 'EADDRINUSE' || code === 'EADDRNOTAVAIL';
    this.#tries = isTaken ? this.#tries + 1 : 0;
    return isTaken && this.#tries < this.#count;
  }
}

/**
 * First and last local port for connections from a named address, where connect(2) picks from `ephemeral`: those below. A
 * port that was bound is not picked for anybody, at whatever address, until its last TIME_WAIT is over: 28 000 cycles with
 * bound ephemeral ports left no port to any other program for a minute.
 */
export function sourcePorts(ephemeral: readonly [number, number]): readonly [number, number] {
  const [first] = ephemeral;
  return first >= 2 * LOWEST ? [LOWEST, first - 1] : ephemeral;
}

const LOWEST = 10_000;
