import { readSmapsRollup } from '../proc/memory.js';
import { ownPid } from '../proc/process.js';

/** Private memory of this very server, before anybody came and when there was most to hold. */
export class OwnMemory {
  readonly beforeBytes = read();
  peakBytes = this.beforeBytes;
  /** At the look when most connections were open. */
  atMostOpenBytes = this.beforeBytes;
  #mostOpen = 0;
  #looks = 0;

  /** Reading takes milliseconds where there is much memory: at new heights, and now and then. */
  look(open: number): void {
    const isHeight = open > 1.1 * this.#mostOpen;
    if (!isHeight && this.#looks++ % 8 !== 0) return;
    const bytes = read();
    this.peakBytes = Math.max(this.peakBytes, bytes);
    if (open < this.#mostOpen) return;
    this.#mostOpen = open;
    this.atMostOpenBytes = bytes;
  }

  /** undefined where too few were open at a time to tell. */
  perConnectionBytes(): number | undefined {
    if (this.#mostOpen < ENOUGH) return undefined;
    return Math.max(0, Math.round((this.atMostOpenBytes - this.beforeBytes) / this.#mostOpen));
  }
}

function read(): number {
  return readSmapsRollup(ownPid()) ?? 0;
}

const ENOUGH = 1_000;
