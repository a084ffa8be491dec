import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { readProcTextOrNothing } from './file.js';
import { folderOf } from './folder.js';
import type { NetOwner } from './sockets.js';

/**
 * Counts the TCP sockets of one local port that end, whoever had them. The kernel tells of each over netlink
 * (SKNLGRP_INET_TCP_DESTROY), also users without rights, through ss(8) of iproute2: 10 010 of 10 010 at 8000/s. The owner
 * calls close(); it ends with us in any case.
 */
export class EndedSockets {
  readonly #child: ChildProcess;
  readonly #owner: NetOwner;
  #count = 0;

  /** `into` is put before the command, to live in the network of `owner`. undefined where it cannot be had. */
  static async open(
    owner: NetOwner,
    port: number,
    addresses: readonly string[],
    into: readonly string[] = ['setpriv', '--pdeathsig', 'KILL'],
  ): Promise<EndedSockets | undefined> {
    const [program = '', ...args] = [...into, 'stdbuf', '-oL', 'ss', '-E', '-tnH', `sport = :${port}`];
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    const ended = new EndedSockets(child, owner, new Set(addresses));
    if (await ended.#isListening()) return ended;
    await ended.close();
    return undefined;
  }

  private constructor(child: ChildProcess, owner: NetOwner, addresses: ReadonlySet<string>) {
    this.#child = child;
    this.#owner = owner;
    child.on('error', () => undefined);
    const isAny = addresses.has('0.0.0.0') || addresses.has('::');
    let rest = '';
    child.stdout?.on('data', chunk => {
      const lines = (rest + String(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const address = connectedAddress(line);
        if (address !== undefined && (isAny || addresses.has(address))) this.#count += 1;
      }
    });
  }

  /** So far. What ended in the last milliseconds may not be among them. */
  get count(): number {
    return this.#count;
  }

  /** Nothing was lost: there was room for all that the kernel had to tell. */
  get isWhole(): boolean {
    return this.#reader()?.drops === 0;
  }

  /** Waits until all is read that the kernel has told, for a second at most. */
  async settle(): Promise<void> {
    for (let before = -1, turn = 0; turn < MAX_TURNS; turn++) {
      if (before === this.#count && !this.#reader()?.queuedBytes) return;
      before = this.#count;
      await sleep(STEP_MS);
    }
  }

  async close(): Promise<void> {
    if (this.#child.pid === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null)
      return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }

  async #isListening(): Promise<boolean> {
    for (let turn = 0; turn < MAX_TURNS; turn++) {
      if (this.#reader()) return true;
      await sleep(STEP_MS);
      if (this.#child.pid === undefined || this.#child.exitCode !== null) return false;
    }
    return false;
  }

  #reader(): NetlinkReader | undefined {
    const { pid } = this.#child;
    const text =
      pid === undefined ? undefined : readProcTextOrNothing(`${folderOf(this.#owner)}/net/netlink`);
    return text === undefined ? undefined : parseNetlinkReader(text, pid ?? 0);
  }
}

/** "UNCONN 0 0 127.0.0.1:9000 127.0.0.1:55152": the first address, without its port; undefined for one that listened. */
function connectedAddress(line: string): string | undefined {
  const [, , , local = '', remote = ''] = line.trim().split(/\s+/);
  if (remote === '' || remote.endsWith(':*') || remote.endsWith(':0')) return undefined;
  return local
    .slice(0, local.lastIndexOf(':'))
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/^::ffff:(?=\d+\.)/, '');
}

const STEP_MS = 20;
const MAX_TURNS = 50;

/** What waits at a netlink socket that listens to a group, and what it has lost for want of room. */
interface NetlinkReader {
  readonly queuedBytes: number;
  readonly drops: number;
}

/**
 * The row of /proc/net/netlink of the socket with which the process hears of sockets that end (NETLINK_SOCK_DIAG, 4, and
 * a group): "sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode". undefined while it has none.
 */
export function parseNetlinkReader(text: string, pid: number): NetlinkReader | undefined {
  for (const line of text.split('\n')) {
    const [, protocol, owner, groups = '', queued, , , , drops] = line.trim().split(/\s+/);
    if (protocol !== '4' || Number(owner) !== pid || /^0*$/.test(groups)) continue;
    return { queuedBytes: Number(queued), drops: Number(drops) };
  }
  return undefined;
}
