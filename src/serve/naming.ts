import type { Socket } from 'node:net';
import { findOwner, programName } from './owner.js';

/**
 * Whose connections these are, when nobody was named: by process on this machine, else by address. To look for a process
 * takes milliseconds, so no more than a fifth of the time goes into it; who was not looked for goes by its address.
 */
export class Naming {
  readonly pids = new Map<string, number>();
  readonly #startedAtMs = performance.now();
  #spentMs = 0;

  nameOf(port: number, socket: Socket): string {
    const address = (socket.remoteAddress ?? 'unknown').replace(/^::ffff:/, '');
    const pid = this.#pidOf(port, socket.remotePort ?? 0);
    const name = pid === undefined ? address : `${address} pid ${pid} (${programName(pid)})`;
    if (!this.pids.has(name) && this.pids.size >= MOST_NAMES) return 'others';
    if (pid !== undefined) this.pids.set(name, pid);
    return name;
  }

  #pidOf(port: number, remotePort: number): number | undefined {
    const startedAtMs = performance.now();
    if (this.#spentMs > FREE_MS + (startedAtMs - this.#startedAtMs) / 5) return undefined;
    const pid = findOwner(port, remotePort);
    this.#spentMs += performance.now() - startedAtMs;
    return pid;
  }
}

const FREE_MS = 500;
const MOST_NAMES = 1_000;
