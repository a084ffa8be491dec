import { execFile } from 'node:child_process';

/**
 * What these listening sockets of our own network have dropped in their whole life, by the kernel's count: sk_drops,
 * which only netlink tells, through ss(8) of iproute2. undefined where there is no ss, or it does not know one of them.
 */
export function readListenerDrops(inodes: readonly number[]): Promise<number | undefined> {
  return new Promise(resolve => {
    execFile('ss', ['-lntemH'], { timeout: MAX_MS, maxBuffer: 1 << 26 }, (error, stdout) =>
      resolve(error ? undefined : parseListenerDrops(stdout, inodes)),
    );
  });
}

const MAX_MS = 2_000;

/**
 * The drops of some listeners together, out of `ss -lntemH`: a row with "ino:123" and, in the same row or in the one
 * after it, "skmem:(r0,…,d0)". undefined unless all of them are there.
 */
export function parseListenerDrops(text: string, inodes: readonly number[]): number | undefined {
  const drops = new Map<number, number>();
  let inode: number | undefined;
  for (const line of text.split('\n')) {
    const own = /\bino:(\d+)/.exec(line)?.[1];
    if (own !== undefined) inode = Number(own);
    const dropped = /\bskmem:\([^)]*,d(\d+)\)/.exec(line)?.[1];
    if (inode !== undefined && dropped !== undefined) drops.set(inode, Number(dropped));
  }
  const known = inodes.map(one => drops.get(one));
  return known.reduce<number | undefined>(
    (sum, one) => (sum === undefined || one === undefined ? undefined : sum + one),
    0,
  );
}
