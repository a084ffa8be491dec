import { programName } from '../proc/process.js';
import type { Account } from './account.js';
import type { Book } from './book.js';

/** Whose connections these are, when nobody was named: by process on this machine, else by address. */
export class Naming {
  readonly pids = new Map<string, number>();
  readonly #book: Book;

  constructor(book: Book) {
    this.#book = book;
  }

  accountOf(pid: number | undefined, remoteAddress = 'unknown'): Account {
    const address = remoteAddress.replace(/^::ffff:/, '');
    const name = pid === undefined ? address : `${address} pid ${pid} (${programName(pid)})`;
    if (!this.pids.has(name) && this.pids.size >= MOST_NAMES) return this.#book.account('others');
    if (pid !== undefined) this.pids.set(name, pid);
    return this.#book.account(name);
  }
}

const MOST_NAMES = 1_000;
