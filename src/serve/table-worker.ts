import { parentPort } from 'node:worker_threads';
import { findOneHolder } from '../proc/holders.js';
import type { SocketRow } from '../proc/parse/socket-table.js';
import { findTcpRows } from '../proc/socket-pages.js';
import { readOtherInodes } from '../proc/sockets.js';
import type { Asked, SocketsFound } from './tables.js';

/** A thread of its own: to read a table of 40 000 rows takes 400 ms, in which a server would not answer. */
parentPort?.on('message', ({ inodes, localPorts, wantsOwners = false }: Asked) => {
  const wanted = new Set(inodes);
  const ports = new Set(localPorts);
  const rows = findTcpRows(
    'self',
    ['tcp', 'tcp6'],
    ({ inode, localPort }) => wanted.has(inode) || ports.has(localPort),
  );
  for (const { inode } of rows) wanted.delete(inode);
  const others = wanted.size === 0 ? new Set<number>() : readOtherInodes('self');
  const owners = wantsOwners ? [...ownersOf(rows)] : [];
  const told: SocketsFound = { rows, others: [...wanted].filter(inode => others.has(inode)), owners };
  parentPort?.postMessage(told);
});

/** Those who had the last ones: they often have the next. */
let likely: readonly number[] = [];

function ownersOf(rows: readonly SocketRow[]): ReadonlyMap<number, number> {
  const inodes = rows.map(({ inode }) => inode).filter(inode => inode !== 0);
  const owners = findOneHolder(new Set(inodes), likely);
  likely = [...new Set([...owners.values(), ...likely])].slice(0, MAX_LIKELY);
  return owners;
}

const MAX_LIKELY = 8;
