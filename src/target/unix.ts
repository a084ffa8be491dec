import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { ChurnError } from '../errors.js';
import type { NetOwner } from '../proc/sockets.js';
import { type Listener, listUnixListeners } from './listener.js';
import type { Endpoint } from './target.js';

/**
 * The listener behind a Unix socket path. The table names it as bind(2) was given it, so a relative path is tried both ways.
 * @throws ChurnError when there is no file, no socket, or nobody listens.
 */
export function unixListeners(
  path: string,
  network: NetOwner,
): { endpoint: Endpoint; listeners: readonly Listener[] } {
  requireSocketFile(path);
  for (const name of [path, resolve(path)]) {
    const listeners = listUnixListeners(network, name);
    if (listeners.length > 0) return { endpoint: { transport: 'unix', path }, listeners };
  }
  throw new ChurnError(
    'nothing-listens',
    `Nothing listens on the Unix socket ${path}; the file was left by a server that is gone.`,
    'Start the server first, then look: ss -xl',
  );
}

function requireSocketFile(path: string): void {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat && path.startsWith('@')) {
    throw new ChurnError(
      'abstract-socket',
      `${path} is the name of an abstract Unix socket, which has no file.`,
      'Node pads such names, so that churn cannot reach it: let the server listen on a path.',
    );
  }
  if (!stat) {
    throw new ChurnError('nothing-listens', `There is no Unix socket ${path}.`, 'Check the path: ss -xl');
  }
  if (!stat.isSocket()) {
    throw new ChurnError('not-a-socket', `${path} is a file, not a Unix socket.`, 'Check the path: ss -xl');
  }
}
