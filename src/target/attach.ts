import { ChurnError } from '../errors.js';
import { readChecker } from '../proc/checker.js';
import { readFds } from '../proc/fds.js';
import type { ProcessStat } from '../proc/parse/process-stat.js';
import { readCommand, readLimits, readNetNamespace } from '../proc/process.js';
import type { NetOwner } from '../proc/sockets.js';
import { descendants, readProcessTable } from '../proc/tree.js';
import { localHost } from './host.js';
import { defaultHosts, type Listener, listenersFor, listTcpListeners, type TcpListener } from './listener.js';
import { notesOf } from './notes.js';
import { findOwners } from './owners.js';
import { proxyOf } from './proxy.js';
import { permissionError, requireProcess, requireReadable, requireServing } from './require.js';
import { programOf, runtimeOf } from './runtime.js';
import { type Endpoint, formatEndpoint, type Target } from './target.js';
import { unixListeners } from './unix.js';

/** Whom to look for; each field is an option of the command line. */
export interface Address {
  readonly port?: number | undefined;
  readonly host?: string | undefined;
  readonly unix?: string | undefined;
  readonly pids: readonly number[];
  readonly behindProxy: boolean;
}

/**
 * From a port to the process tree that serves it.
 * @throws ChurnError when nothing listens, several unrelated servers do, or what they hold may not be read.
 */
export async function attach(address: Address): Promise<Target> {
  const given = address.pids.map(requireProcess);
  const servedIn = networkOf(given);
  // The port is that of the proxy, which listens where we are.
  const network = address.behindProxy ? 'self' : servedIn;
  const { endpoint, listeners } = address.unix
    ? await unixListeners(address.unix, network, address.behindProxy ? undefined : given[0]?.pid)
    : await tcpListeners(address, given, network);
  const roots = given.length > 0 ? given : soleServer(listeners, endpoint);
  if (given.length > 0 && !address.behindProxy) requireServing(given, listeners, endpoint);
  requireReadable(roots, endpoint);
  const [first] = roots;
  const program = programOf(first?.pid ?? 0);
  const command = first ? readCommand(first.pid) : [];
  const checker = readChecker(first?.pid ?? 0);
  return {
    endpoint,
    listeners,
    roots: roots.map(({ pid, startTicks }) => ({ pid, startTicks })),
    command,
    program,
    runtime: runtimeOf(program),
    checker,
    limits: readLimits(first?.pid ?? 0),
    network,
    servedIn,
    notes: [...notesOf(address, endpoint, proxyOf(program, command)), ...notesOfChecker(checker)],
  };
}

function notesOfChecker(checker: Target['checker']): string[] {
  if (checker === undefined) return [];
  const name = checker === 'valgrind' ? 'checker (valgrind)' : checker;
  return [`Memory was not judged: the server runs with a ${name}, which keeps what was freed for a while.`];
}

/** The server's own network namespace, when it is not ours: its ports are in its own tables. */
function networkOf(given: readonly ProcessStat[]): NetOwner {
  const [first] = given;
  if (!first) return 'self';
  const theirs = readNetNamespace(first.pid);
  return theirs === undefined || theirs === readNetNamespace('self') ? 'self' : first.pid;
}

interface Found {
  readonly endpoint: Endpoint;
  readonly listeners: readonly Listener[];
}

async function tcpListeners(
  address: Address,
  given: readonly ProcessStat[],
  network: NetOwner,
): Promise<Found> {
  const all = listTcpListeners(network);
  const port = address.port ?? solePort(all, given);
  const open = all.filter(listener => listener.port === port);
  const host = address.host === undefined ? undefined : await localHost(address.host);
  const reached = host === undefined ? reachedByDefault(open) : { host, listeners: listenersFor(open, host) };
  if (reached.listeners.length > 0) {
    return { endpoint: { transport: 'tcp', host: reached.host, port }, listeners: reached.listeners };
  }
  const elsewhere = [...new Set(open.map(listener => listener.address))];
  throw new ChurnError(
    'nothing-listens',
    `Nothing listens on ${host ? formatEndpoint({ transport: 'tcp', host, port }) : `port ${port}`} of this machine.`,
    elsewhere.length > 0
      ? `The port is open on ${elsewhere.join(', ')}: name that with --host.`
      : 'Start the server first, then look: ss -ltn. A server in a container is found with --pid.',
  );
}

/** Where a port is open on several addresses, all of them count: unrelated servers there must not pass unseen. */
function reachedByDefault(open: readonly TcpListener[]): { host: string; listeners: readonly TcpListener[] } {
  const [host = '127.0.0.1'] = defaultHosts(open);
  return { host, listeners: open };
}

function solePort(all: readonly TcpListener[], given: readonly ProcessStat[]): number {
  const tree = descendants(
    readProcessTable(),
    given.map(({ pid }) => pid),
  );
  const held = new Set(
    tree.flatMap(({ pid }) => {
      const fds = readFds(pid);
      if (fds === 'denied') throw permissionError('its port', `What process ${pid} holds may not be read.`);
      return fds === 'gone' ? [] : fds.map(fd => fd.inode);
    }),
  );
  const ports = [...new Set(all.filter(({ inode }) => held.has(inode)).map(({ port }) => port))];
  const [port] = ports;
  if (port !== undefined && ports.length === 1) return port;
  const pid = given[0]?.pid;
  throw new ChurnError(
    port === undefined ? 'not-the-server' : 'ambiguous-target',
    port === undefined
      ? `Process ${pid} listens on no TCP port.`
      : `Process ${pid} listens on several ports: ${ports.sort((a, b) => a - b).join(', ')}.`,
    port === undefined ? 'Give the port of the server with --port.' : `Choose one with --port ${port}.`,
  );
}

function soleServer(listeners: readonly Listener[], endpoint: Endpoint): readonly ProcessStat[] {
  const where = formatEndpoint(endpoint);
  const { servers, onlyInit, hidden } = findOwners(listeners);
  if (onlyInit) {
    throw new ChurnError(
      'waiting-for-activation',
      `Only pid 1 holds ${where}: the service behind it has not been started yet.`,
      'Start the service (systemctl start …), then run churn again.',
    );
  }
  const [server] = servers;
  if (server && servers.length === 1) return server;
  if (server) {
    const pids = servers.flatMap(group => group.map(({ pid, comm }) => `${pid} (${comm})`));
    throw new ChurnError(
      'ambiguous-target',
      `Unrelated processes listen on ${where}: ${pids.join(', ')}.`,
      `Say which one is under test: --pid ${server[0]?.pid}`,
    );
  }
  throw hidden
    ? permissionError(
        where,
        'The process that listens there belongs to another user, or lives in another container.',
      )
    : new ChurnError(
        'no-such-process',
        `No process of this machine holds the socket that listens on ${where}.`,
        'It may live in another pid namespace, or in the kernel: run churn there, or name the process with --pid.',
      );
}
