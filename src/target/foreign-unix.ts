import { existsSync, statSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { ChurnError } from '../errors.js';
import { foreignRoot, withinRoot } from '../proc/foreign-root.js';
import type { NetOwner } from '../proc/sockets.js';
import { type Listener, listUnixListeners } from './listener.js';
import type { Endpoint } from './target.js';

/**
 * The listener on a path as a process in a container sees it, which is connected to through /proc/PID/root. undefined
 * where the process has the files that we have, or no socket there that somebody listens on: then the path is ours.
 *
 * @throws ChurnError when its files may not be looked into, or their names are too long from here.
 */
export function foreignListeners(
  path: string,
  network: NetOwner,
  pid: number,
): { endpoint: Endpoint; listeners: readonly Listener[] } | undefined {
  const root = isAbsolute(path) ? foreignRoot(pid) : undefined;
  if (root === undefined) return undefined;
  if (root === 'denied') {
    if (existsSync(path)) return undefined;
    throw denied(path, pid);
  }
  const file = socketFile(root, path, pid);
  if (file === undefined) return undefined;
  for (const name of new Set([path, file.slice(root.length)])) {
    const listeners = listUnixListeners(network, name);
    if (listeners.length === 0) continue;
    if (Buffer.byteLength(file) > MOST_NAME_BYTES) throw tooLong(path, pid);
    return { endpoint: { transport: 'unix', path, file }, listeners };
  }
  return undefined;
}

function socketFile(root: string, path: string, pid: number): string | undefined {
  try {
    const file = withinRoot(root, path);
    return file !== undefined && statSync(file).isSocket() ? file : undefined;
  } catch {
    throw denied(path, pid);
  }
}

function denied(path: string, pid: number): ChurnError {
  return new ChurnError(
    'permission',
    `There is no ${path} here, and the files of process ${pid} may not be looked at.`,
    'Run the same command with sudo, or in the container.',
  );
}

function tooLong(path: string, pid: number): ChurnError {
  return new ChurnError(
    'usage',
    `From outside of its container ${path} of process ${pid} has a name of more than ${MOST_NAME_BYTES} bytes, which no Unix socket may have.`,
    'Let the server listen on a shorter path, or run churn in the container.',
  );
}

/** sun_path of sockaddr_un, without the NUL at its end. */
const MOST_NAME_BYTES = 107;
