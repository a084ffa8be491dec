import { programName, readStat } from '../proc/process.js';
import type { Account } from './account.js';
import type { Book } from './book.js';

/**
 * The one client that is followed, and whoever else comes: a health check, a browser. What cannot be told is the
 * client's: connections from other machines or networks, and those of which there are too many to look at each.
 */
export class Followed {
  /** Connections of others, by program. */
  readonly strangers = new Map<string, number>();
  readonly #book: Book;
  readonly #client: Account;
  readonly #isOurs: (pid: number) => Promise<boolean>;
  /** By pid and start: whoever was looked at stays what it is. */
  readonly #known = new Map<string, boolean>();

  /** `isOurs`: whether a process is the client, or came of it. */
  constructor(book: Book, client: Account, isOurs: (pid: number) => Promise<boolean>) {
    this.#book = book;
    this.#client = client;
    this.#isOurs = isOurs;
  }

  async accountOf(pid: number | undefined): Promise<Account> {
    const stat = pid === undefined ? undefined : readStat(pid);
    if (pid === undefined || !stat) return this.#client;
    const key = `${pid}:${stat.startTicks}`;
    const isOurs = this.#known.get(key) ?? (await this.#isOurs(pid));
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(key, isOurs);
    if (isOurs) {
      this.#client.pids.add(pid);
      return this.#client;
    }
    const name = `pid ${pid} (${programName(pid)})`;
    const who = this.strangers.has(name) || this.strangers.size < MOST_NAMED ? name : 'and more';
    this.strangers.set(who, (this.strangers.get(who) ?? 0) + 1);
    return this.#book.others;
  }
}

const MOST_KNOWN = 10_000;
const MOST_NAMED = 10;
