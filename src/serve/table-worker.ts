import { parentPort } from 'node:worker_threads';
import { findTcpRows } from '../proc/socket-pages.js';
import { readOtherInodes } from '../proc/sockets.js';
import type { Asked, Told } from './tables.js';

/** A thread of its own: to read a table of 40 000 rows takes 400 ms, in which a server would not answer. */
parentPort?.on('message', ({ inodes, localPorts }: Asked) => {
  const wanted = new Set(inodes);
  const ports = new Set(localPorts);
  const rows = findTcpRows(
    'self',
    ['tcp', 'tcp6'],
    ({ inode, localPort }) => wanted.has(inode) || ports.has(localPort),
  );
  for (const { inode } of rows) wanted.delete(inode);
  const others = wanted.size === 0 ? new Set<number>() : readOtherInodes('self');
  const told: Told = { rows, others: [...wanted].filter(inode => others.has(inode)) };
  parentPort?.postMessage(told);
});
