import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { isAbsolute, resolve } from 'node:path';
import { ChurnError } from '../errors.js';
import { foreignRoot, withinRoot } from '../proc/foreign-root.js';
import type { NetOwner } from '../proc/sockets.js';
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

/** The name as the table has it when it was padded with NULs, each of which stands there as "@". */
function abstractName(name: string): string {
  return name.padEnd(NAME_BYTES, '@');
}

/** Whether Node pads abstract names to their full length, as it did up to 20: seen from what becomes of one of our own. */
export async function padsNames(): Promise<boolean> {
  const name = `churn-${Math.random().toString(36).slice(2)}`;
  const server = createServer().listen(`\0${name}`);
  await once(server, 'listening');
  try {
    return listUnixListeners('self', `@${name}`).length === 0;
  } finally {
    server.close();
  }
}

/** sun_path of sockaddr_un. */
const NAME_BYTES = 108;

/**
 * The listener on a path as a process in a container sees it, which is connected to through /proc/PID/root. undefined
 * where the process has the files that we have, or no socket there that somebody listens on: then the path is ours.
 *
 * @throws ChurnError when its files may not be looked into, or their names are too long from here.
 */
function foreignListeners(
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
    if (Buffer.byteLength(file) > MAX_NAME_BYTES) throw tooLong(path, pid);
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
    `From outside of its container ${path} of process ${pid} has a name of more than ${MAX_NAME_BYTES} bytes, which no Unix socket may have.`,
    'Let the server listen on a shorter path, or run churn in the container.',
  );
}

/** sun_path of sockaddr_un, without the NUL at its end. */
const MAX_NAME_BYTES = 107;
