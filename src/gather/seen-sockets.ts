import type { HeldSocket } from '../verdict/evidence.js';

/**
 * The book of forgotten connections by inode. The kernel frees our port after a minute in FIN_WAIT2; whoever gets it
 * next resets the forgotten socket, and keepalive probes do the same: then it stands in no table, and only what was
 * seen before tells which connection it was.
 */
export class SeenSockets {
  readonly #connections = new Map<number, number>();
  readonly #everyMs: number;
  #dueAtMs: number;

  /** `finTimeoutMs`: how long a port is safe from its next owner. */
  constructor(finTimeoutMs: number, nowMs: number) {
    this.#everyMs = finTimeoutMs / 4;
    this.#dueAtMs = nowMs + this.#everyMs;
  }

  /** Whether it is time to look, in a run that goes on for that long. */
  isDue(nowMs: number): boolean {
    return nowMs >= this.#dueAtMs;
  }

  note(held: readonly HeldSocket[], nowMs: number): void {
    for (const { inode, role, connection } of held) {
      if (role !== 'connection' || connection === undefined || this.#connections.has(inode)) continue;
      this.#connections.set(inode, connection);
    }
    this.#dueAtMs = nowMs + this.#everyMs;
  }

  /** A socket that is not forgotten yet. */
  remember(inode: number, connection: number): void {
    this.#connections.set(inode, connection);
  }

  connectionOf(inode: number): number | undefined {
    return this.#connections.get(inode);
  }
}
