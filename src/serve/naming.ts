import { programName } from '../proc/process.js';
import type { Account } from './account.js';
import type { ConnectionLog } from './connection-log.js';

/** Whose connections these are, when nobody was named: by process on this machine, else by address. */
export class Naming {
  readonly pids = new Map<string, number>();
  readonly #book: ConnectionLog;

  constructor(book: ConnectionLog) {
    this.#book = book;
  }

  /** Nobody has looked for its process yet. */
  unnamed(remoteAddress: string | undefined): Account {
    return this.#accountOf(undefined, remoteAddress);
  }

  /** One that came from this machine, and whose process was not found, may have come from anybody. */
  accountOf(pid: number | undefined, ends: Ends): Account {
    const account = this.#accountOf(pid, ends.remoteAddress);
    if (isHere(ends)) account.ownersAsked++;
    if (pid !== undefined) account.pids.add(pid);
    return account;
  }

  #accountOf(pid: number | undefined, remoteAddress = 'unknown'): Account {
    const address = remoteAddress.replace(/^::ffff:/, '');
    const name = pid === undefined ? address : `${address} pid ${pid} (${programName(pid)})`;
    if (!this.pids.has(name) && this.pids.size >= MAX_NAMES) return this.#book.account('others');
    if (pid !== undefined) this.pids.set(name, pid);
    return this.#book.account(name);
  }
}

/** The two addresses of a connection, as this server sees them. */
interface Ends {
  readonly remoteAddress: string | undefined;
  readonly localAddress: string | undefined;
}

/** The kernel connects to an address of this machine from that very address, or from a loopback one. */
function isHere({ remoteAddress = '', localAddress }: Ends): boolean {
  return remoteAddress === localAddress || /^(::ffff:)?127\./.test(remoteAddress);
}

const MAX_NAMES = 1_000;
