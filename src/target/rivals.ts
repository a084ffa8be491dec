import { findInodes } from '../proc/fds.js';
import { findHolders } from '../proc/holders.js';
import type { ProcessStat } from '../proc/parse/process-stat.js';
import { readStat } from '../proc/process.js';
import { descendants, readProcessTable } from '../proc/tree.js';
import type { TcpListener } from './listener.js';
import { type Endpoint, formatEndpoint } from './target.js';

/** Those that a server which was named listens with; all of them where none was named, or it has none. */
export function servedBy(
  given: readonly ProcessStat[],
  listeners: readonly TcpListener[],
): readonly TcpListener[] {
  if (given.length === 0 || listeners.length < 2) return listeners;
  const inodes = new Set(listeners.map(({ inode }) => inode));
  const held = new Set(
    treeOf(given).flatMap(pid => {
      const found = findInodes(pid, inodes);
      return typeof found === 'string' ? [] : [...found];
    }),
  );
  return held.size === 0 ? listeners : listeners.filter(({ inode }) => held.has(inode));
}

/** Who else listens on the address of a server that was named: the kernel spreads connections over all of them. */
export function rivalsOf(
  given: readonly ProcessStat[],
  own: readonly TcpListener[],
  all: readonly TcpListener[],
): number[] {
  const others = all.filter(({ inode }) => !own.some(listener => listener.inode === inode));
  if (others.length === 0) return [];
  const holders = findHolders(new Set(others.map(({ inode }) => inode))).byInode;
  const tree = new Set(treeOf(given));
  return [...new Set([...holders.values()].flat())].filter(pid => !tree.has(pid));
}

export function noteOfRivals(rivals: readonly number[], endpoint: Endpoint): string[] {
  if (rivals.length === 0) return [];
  const names = rivals.map(pid => `${pid} (${readStat(pid)?.comm ?? '?'})`).join(', ');
  return [
    `process ${names} listens on ${formatEndpoint(endpoint)} too (SO_REUSEPORT), and took a part of the connections, which was not judged`,
  ];
}

function treeOf(given: readonly ProcessStat[]): readonly number[] {
  const roots = given.map(({ pid }) => pid);
  return descendants(readProcessTable(), roots).map(({ pid }) => pid);
}
