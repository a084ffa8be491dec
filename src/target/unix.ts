import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { ChurnError } from '../errors.js';
import type { NetOwner } from '../proc/sockets.js';
import { abstractName, padsNames } from './abstract-name.js';
import { foreignListeners } from './foreign-unix.js';
import { type Listener, listUnixListeners } from './listener.js';
import type { Endpoint } from './target.js';

/**
 * The listener behind a Unix socket path, which a process that is named may see otherwise than we do. The table names it
 * as bind(2) was given it, so a relative path is tried both ways.
 *
 * @throws ChurnError when there is no file, no socket, or nobody listens.
 */
export async function unixListeners(
  path: string,
  network: NetOwner,
  pid?: number,
): Promise<{ endpoint: Endpoint; listeners: readonly Listener[] }> {
  if (path.startsWith('@') && !existsSync(path)) return abstractListeners(path, network);
  const foreign = pid === undefined ? undefined : foreignListeners(path, network, pid);
  if (foreign) return foreign;
  requireSocketFile(path, network);
  for (const name of [path, resolve(path)]) {
    const listeners = listUnixListeners(network, name);
    // A file whose name begins with @ is not to be taken for an abstract name.
    const file = path.startsWith('@') ? `./${path}` : path;
    if (listeners.length > 0) return { endpoint: { transport: 'unix', path: file }, listeners };
  }
  throw new ChurnError(
    'nothing-listens',
    `Nothing listens on the Unix socket ${path}; the file was left by a server that is gone.`,
    'Start the server first, then look: ss -xl',
  );
}

/** A server made with a Node that pads listens on a name that is padded; one made with anything else on the name itself. */
async function abstractListeners(
  path: string,
  network: NetOwner,
): Promise<{ endpoint: Endpoint; listeners: readonly Listener[] }> {
  const padded = abstractName(path);
  for (const name of [path, padded]) {
    const listeners = listUnixListeners(network, name);
    if (listeners.length === 0) continue;
    if (name === padded || !(await padsNames())) {
      return { endpoint: { transport: 'unix', path: name }, listeners };
    }
    throw new ChurnError(
      'abstract-socket',
      `${path} is the name of an abstract Unix socket, and this Node pads such names, so that churn cannot reach it.`,
      'Run churn with Node 24 or later, or let the server listen on a path.',
    );
  }
  throw new ChurnError(
    'nothing-listens',
    `Nothing listens on the abstract Unix socket ${path}, and there is no file of that name.`,
    'Check the name: ss -xl',
  );
}

function requireSocketFile(path: string, network: NetOwner): void {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat && listUnixListeners(network, path).length > 0) {
    throw new ChurnError(
      'nothing-listens',
      `A server listens on ${path}, but there is no such file here: it lives in a container, or its file was removed.`,
      `Name the server, and its own files are looked into: --pid N --unix ${path}`,
    );
  }
  if (!stat) {
    throw new ChurnError('nothing-listens', `There is no Unix socket ${path}.`, 'Check the path: ss -xl');
  }
  if (!stat.isSocket()) {
    throw new ChurnError('not-a-socket', `${path} is a file, not a Unix socket.`, 'Check the path: ss -xl');
  }
}
