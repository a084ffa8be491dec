import { execFile } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { ChurnError } from '../errors.js';
import { findHolders } from '../proc/holders.js';
import { readNetNamespace } from '../proc/process.js';
import { otherNetworks } from '../proc/sockets.js';
import type { Address } from './attach.js';
import { listTcpListeners } from './listener.js';
import type { Target } from './target.js';

/** The network namespace of a server that was named by its pid, when it is not ours; named by the pid again. */
export function networkElsewhere({
  pids,
  behindProxy,
}: Pick<Address, 'pids' | 'behindProxy'>): number | undefined {
  const [first] = pids;
  // The proxy listens where we are, whatever is behind it.
  if (first === undefined || behindProxy) return undefined;
  const theirs = readNetNamespace(first);
  return theirs === undefined || theirs === readNetNamespace('self') ? undefined : first;
}

/**
 * A process that listens on a port in some other network namespace, for when nobody does in ours.
 * @throws ChurnError `ambiguous-target` when servers of several networks do.
 */
export function findElsewhere(port: number): number | undefined {
  const pids = otherNetworks().flatMap(network => {
    const inodes = listTcpListeners(network)
      .filter(listener => listener.port === port)
      .map(({ inode }) => inode);
    const holders = inodes.length === 0 ? [] : [...findHolders(new Set(inodes)).byInode.values()].flat();
    return holders.filter(pid => pid !== 1).slice(0, 1);
  });
  const [first] = pids;
  if (pids.length < 2) return first;
  throw new ChurnError(
    'ambiguous-target',
    `Nothing listens on port ${port} here, and in other network namespaces processes ${pids.join(', ')} do.`,
    `Say which one is under test: --pid ${first}`,
  );
}

/** Why a server cannot be looked into: it lives on another machine, or nobody here has its socket. */
const FAR: readonly string[] = ['not-this-machine', 'no-such-process', 'permission', 'nothing-listens'];

/** Whether `error` says that the server has to be judged from afar. */
export function isFar(error: unknown): boolean {
  return error instanceof ChurnError && FAR.includes(error.code);
}

/**
 * A server of which the address is all that is known.
 * @throws ChurnError when no address and port were named, or the name does not resolve.
 */
export async function farTarget({ host = '127.0.0.1', port, pids }: Address): Promise<Target> {
  if (port === undefined || pids.length > 0) {
    throw new ChurnError(
      'usage',
      '--allow-remote judges a server by its address, so it needs --port, and --pid has no meaning with it.',
      'For example churn --allow-remote --host 10.0.0.2 --port 9000 --gauge http://10.0.0.2:9100/metrics',
    );
  }
  const address = await addressOf(host);
  const family = address.includes(':') ? 'tcp6' : 'tcp';
  return {
    endpoint: { transport: 'tcp', host: address, port },
    listeners: [{ transport: 'tcp', family, address, port, inode: 0 }],
    ...{ roots: [], rivals: [], command: [], program: undefined, checker: undefined, notes: [] },
    // Nothing is known of its memory: the kind that is given most time to warm up.
    runtime: 'unknown',
    limits: { openFiles: undefined, processes: undefined },
    ...{ network: 'self', servedIn: 'self' },
  };
}

async function addressOf(host: string): Promise<string> {
  try {
    return isIP(host) ? host : (await lookup(host)).address;
  } catch {
    throw new ChurnError(
      'not-this-machine',
      `The host name ${JSON.stringify(host)} does not resolve.`,
      'Give an address: --host 10.0.0.2',
    );
  }
}

/**
 * What to put before a command so that it runs in the network of a process; a command of a child ends with its parent.
 * Its user namespace is entered too where that is what gives the right to: containers without root have one.
 *
 * @throws ChurnError `permission` when it may not be entered, or there is no nsenter(1).
 */
export async function nsenterPrefix(pid: number): Promise<readonly [program: string, ...args: string[]]> {
  const net = `--net=/proc/${pid}/ns/net`;
  const user = [`--user=/proc/${pid}/ns/user`, '--preserve-credentials'];
  let missing = false;
  for (const args of [[net], [...user, net]]) {
    const code = await statusOf('nsenter', [...args, '--', 'setpriv', '--pdeathsig', 'TERM', 'true']);
    if (code === 0) return ['nsenter', ...args, '--', 'setpriv', '--pdeathsig', 'TERM', '--'];
    missing ||= code === 'ENOENT';
  }
  throw new ChurnError(
    'permission',
    `Process ${pid} lives in another network namespace, which cannot be entered: ${
      missing ? 'there is no nsenter' : 'nsenter was refused'
    }.`,
    missing ? 'Install util-linux, which brings nsenter.' : 'Run the same command with sudo.',
  );
}

function statusOf(program: string, args: readonly string[]): Promise<unknown> {
  return new Promise(resolve => execFile(program, args, error => resolve(error ? error.code : 0)));
}
