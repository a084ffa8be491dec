import { findHolders } from '../proc/holders.js';
import { readCommand } from '../proc/process.js';
import { readTcpRows } from '../proc/sockets.js';

/** The process of this machine whose socket is the other end of a connection to `port`; undefined: on another one, or gone. */
export function findOwner(port: number, remotePort: number): number | undefined {
  const row = readTcpRows('self', ['tcp', 'tcp6'], port).find(
    ({ localPort, remotePort: to }) => localPort === remotePort && to === port,
  );
  if (!row || row.inode === 0) return undefined;
  return findHolders(new Set([row.inode])).byInode.get(row.inode)?.[0];
}

/** "curl", by the name that it was called by. */
export function programName(pid: number): string {
  return (readCommand(pid)[0] ?? '').split('/').at(-1) ?? '';
}
