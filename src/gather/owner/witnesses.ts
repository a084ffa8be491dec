import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Destination, dial } from '../../workload/dial.js';
import type { Script } from '../../workload/script.js';

/** Connections that have said the first byte of a request, and wait: who ends them now cuts them off. */
export class Witnesses {
  readonly #sockets: readonly Socket[];
  readonly #ended = new Set<Socket>();

  /** Resolves when each is connected or has failed; those that failed are none. */
  static async open(destination: Destination, { request }: Script, count: number): Promise<Witnesses> {
    const sockets = await Promise.all(
      Array.from({ length: count }, () => connected(dial(destination), request.subarray(0, 1))),
    );
    const witnesses = new Witnesses(sockets.flatMap(socket => socket ?? []));
    await sleep(SETTLE_MS);
    return witnesses;
  }

  private constructor(sockets: readonly Socket[]) {
    this.#sockets = sockets;
    for (const socket of sockets) {
      socket.resume();
      for (const event of ['end', 'error', 'close'] as const)
        socket.once(event, () => this.#ended.add(socket));
    }
  }

  /** Watches them for a while and closes them. Those that were ended before that are no witnesses. */
  async watch(forMs: number): Promise<{ readonly of: number; readonly ended: number }> {
    const alive = this.#sockets.filter(socket => !this.#ended.has(socket));
    await sleep(forMs);
    const ended = alive.filter(socket => this.#ended.has(socket)).length;
    for (const socket of this.#sockets) socket.destroy();
    return { of: alive.length, ended };
  }
}

function connected(socket: Socket, first: Uint8Array): Promise<Socket | undefined> {
  return new Promise(resolve => {
    socket.once('error', () => resolve(undefined));
    socket.once('connect', () => {
      socket.write(first);
      resolve(socket);
    });
    setTimeout(() => {
      if (socket.connecting) socket.destroy();
      resolve(socket.connecting ? undefined : socket);
    }, MOST_CONNECT_MS).unref();
  });
}

/** Until the server has taken them in. */
const SETTLE_MS = 10;
const MOST_CONNECT_MS = 1_000;
