import type { ConnectionLog } from './connection-log.js';
import { Follower } from './follower.js';
import type { Naming } from './naming.js';
import type { MisbehavingServer } from './server.js';
import type { Tables } from './tables.js';

/** Everybody who is followed: the one client that was named, or all who come. */
export class Followers {
  readonly #followers = new Map<string, Follower>();
  readonly #book: ConnectionLog;
  readonly #server: MisbehavingServer;
  readonly #naming: Naming;
  readonly #tables: Tables;
  readonly #isOne: boolean;

  constructor(
    book: ConnectionLog,
    server: MisbehavingServer,
    naming: Naming,
    tables: Tables,
    roots: readonly number[] | undefined,
  ) {
    this.#tables = tables;
    this.#book = book;
    this.#server = server;
    this.#naming = naming;
    this.#isOne = roots !== undefined;
    if (roots) this.#add(THE_CLIENT, roots);
  }

  all(): readonly Follower[] {
    return [...this.#followers.values()];
  }

  async look(atMs: number, patienceMs: number | undefined) {
    if (!this.#isOne) {
      for (const name of this.#book.accounts.keys()) {
        const pid = this.#naming.pids.get(name);
        if (!this.#followers.has(name)) this.#add(name, pid === undefined ? [] : [pid]);
      }
    }
    const looks: Array<{ follower: Follower } & Awaited<ReturnType<Follower['look']>>> = [];
    for (const follower of this.all()) looks.push({ follower, ...(await follower.look(patienceMs)) });
    const sum = (of: (look: (typeof looks)[number]) => number) =>
      looks.reduce((all, look) => all + of(look), 0);
    const point = {
      atMs,
      requests: sum(({ follower }) => follower.account.requests),
      connections: sum(({ follower }) => follower.account.connections),
      open: sum(({ now }) => now.open),
      busy: sum(({ now }) => now.busy),
      idle: sum(({ now }) => now.idle),
      closeWait: sum(({ client }) => client?.closeWait ?? 0),
      dead: sum(({ client }) => client?.dead ?? 0),
      clientFds: sum(({ client }) => client?.fds ?? 0),
    };
    return { point, gone: this.#isOne && looks.every(({ client }) => client === undefined) };
  }

  #add(name: string, roots: readonly number[]): void {
    this.#followers.set(
      name,
      new Follower(this.#book.account(name), this.#book, roots, this.#server.ports, this.#tables),
    );
  }
}

/** Name of the account when there is one client only. */
export const THE_CLIENT = 'client';
