import { execFile } from 'node:child_process';
import { parseListenerDrops } from './parse/listener-drops.js';

/**
 * What these listening sockets of our own network have dropped in their whole life, by the kernel's count: sk_drops,
 * which only netlink tells, through ss(8) of iproute2. undefined where there is no ss, or it does not know one of them.
 */
export function readListenerDrops(inodes: readonly number[]): Promise<number | undefined> {
  return new Promise(resolve => {
    execFile('ss', ['-lntemH'], { timeout: MOST_MS, maxBuffer: 1 << 26 }, (error, stdout) =>
      resolve(error ? undefined : parseListenerDrops(stdout, inodes)),
    );
  });
}

const MOST_MS = 2_000;
