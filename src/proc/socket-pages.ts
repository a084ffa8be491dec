import { closeSync, openSync, readSync } from 'node:fs';
import { missingBecause } from './file.js';
import { folderOf } from './folder.js';
import { parseSocketTable, type SocketRow } from './parse/socket-table.js';
import type { NetOwner, TcpFamily } from './sockets.js';

/** Some TCP sockets, never in TIME_WAIT: page by page, so that a table of any length takes no memory. */
export function findTcpRows(
  owner: NetOwner,
  families: readonly TcpFamily[],
  isWanted: (row: SocketRow) => boolean,
): SocketRow[] {
  const found: SocketRow[] = [];
  for (const family of families)
    for (const text of pages(`${folderOf(owner)}/net/${family}`))
      for (const row of parseSocketTable(text)) if (isWanted(row)) found.push(row);
  return found;
}

/** Whole lines, behind an empty one that stands for the heading. */
function* pages(path: string): Generator<string> {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    missingBecause(error);
    return;
  }
  try {
    const buffer = Buffer.allocUnsafe(PAGE_BYTES);
    for (let rest = ''; ; ) {
      const size = readSync(fd, buffer, 0, buffer.length, null);
      const text = rest + buffer.toString('latin1', 0, size);
      const end = text.lastIndexOf('\n') + 1;
      rest = text.slice(end);
      if (end > 0) yield `\n${text.slice(0, end)}`;
      if (size === 0) return;
    }
  } finally {
    closeSync(fd);
  }
}

/** The most that one read of such a file gives. */
const PAGE_BYTES = 4096;
