import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { ChurnError } from '../errors.js';
import { readChecker } from '../proc/checker.js';
import { readFds } from '../proc/fds.js';
import { findHolders } from '../proc/holders.js';
import type { ProcessStat } from '../proc/parse/process-stat.js';
import {
  ownPid,
  readCommand,
  readExecutable,
  readLimits,
  readNetNamespace,
  readStat,
} from '../proc/process.js';
import { type NetOwner, otherNetworks } from '../proc/sockets.js';
import { descendants, isAncestor, readProcessTable } from '../proc/tree.js';
import { defaultHosts, type Listener, listenersFor, listTcpListeners, type TcpListener } from './listener.js';
import { type ProxyProgram, proxyOf } from './proxy.js';
import { permissionError, requireProcess, requireReadable, requireServing } from './require.js';
import { noteOfRivals, rivalsOf, servedBy } from './rivals.js';
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
  const {
    endpoint,
    listeners,
    rivals = [],
  }: Found = address.unix
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
    runtime: runtimeOf(
      descendants(
        readProcessTable(),
        roots.map(({ pid }) => pid),
      ).map(({ pid }) => pid),
    ),
    checker,
    limits: readLimits(first?.pid ?? 0),
    network,
    servedIn,
    rivals,
    notes: [...notesOf(address, endpoint, proxyOf(program, command)), ...noteOfRivals(rivals, endpoint)],
  };
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
  readonly rivals?: readonly number[];
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
  const served = address.behindProxy ? open : servedBy(given, open);
  const reached =
    host === undefined ? reachedByDefault(served) : { host, listeners: listenersFor(served, host) };
  if (reached.listeners.length > 0) {
    return {
      endpoint: { transport: 'tcp', host: reached.host, port },
      listeners: reached.listeners,
      rivals: address.behindProxy ? [] : rivalsOf(given, reached.listeners, listenersFor(open, reached.host)),
    };
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

/** What a reader of the report should know of how the target was found. */
function notesOf(
  address: { readonly pids: readonly number[]; readonly behindProxy: boolean },
  endpoint: Endpoint,
  proxy: ProxyProgram | undefined,
): string[] {
  const where = formatEndpoint(endpoint);
  const notes = hasEntered() ? ['The cycles were made in the network namespace of the server.'] : [];
  if (address.behindProxy) {
    notes.push(`pid ${address.pids.join(', ')} was judged behind whatever listens on ${where}`);
  } else if (proxy) {
    const option = endpoint.transport === 'unix' ? `--unix ${endpoint.path}` : `--port ${endpoint.port}`;
    const pid = (proxy.port === undefined ? undefined : soleListener(proxy.port)) ?? 'N';
    notes.push(
      `${proxy.program} passes connections on, and is what was judged. The server behind it was not watched: churn ${option} --pid ${pid} --behind-proxy`,
    );
  }
  return notes;
}

/** Whoever started this process lives in another network: it was made to enter this one. */
function hasEntered(): boolean {
  const parent = readNetNamespace(readStat(ownPid())?.parentPid ?? 0);
  return parent !== undefined && parent !== readNetNamespace('self');
}

/** The process that listens on a port, in whichever network, if there is but one. */
function soleListener(port: number): number | undefined {
  const inodes = (['self', ...otherNetworks()] as const).flatMap(network =>
    listTcpListeners(network).flatMap(listener => (listener.port === port ? [listener.inode] : [])),
  );
  const [first, ...more] = inodes;
  if (first === undefined || more.length > 0) return undefined;
  return findHolders(new Set([first])).byInode.get(first)?.[0];
}

/**
 * The numeric address of a host name, which must be one of this machine: only here can be seen what the server holds.
 * @throws ChurnError for a name that does not resolve or an address of another machine.
 */
async function localHost(host: string): Promise<string> {
  const address = isIP(host) ? host : await resolve(host);
  const own = Object.values(networkInterfaces()).flatMap(list => list ?? []);
  const isOwn =
    address.startsWith('127.') || address === '::1' || own.some(candidate => candidate.address === address);
  if (isOwn) return address;
  throw new ChurnError(
    'not-this-machine',
    `${host === address ? host : `${host} (${address})`} is not an address of this machine, so what the server holds cannot be seen from here.`,
    'Run churn on the machine where the server runs, or judge it by numbers that it exposes: --allow-remote --gauge URL#NAME.',
  );
}

async function resolve(host: string): Promise<string> {
  try {
    return (await lookup(host)).address;
  } catch {
    throw new ChurnError(
      'not-this-machine',
      `The host name ${JSON.stringify(host)} does not resolve.`,
      'Give an address of this machine: --host 127.0.0.1',
    );
  }
}

/** Who serves a set of listening sockets. */
interface Owners {
  /** The topmost process of each server: master, or the one process. Several when unrelated ones share the port. */
  readonly servers: ReadonlyArray<readonly ProcessStat[]>;
  /** The socket waits in pid 1 (socket activation), and nobody else has it yet. */
  readonly onlyInit: boolean;
  /** Some processes could not be looked into, and a listening socket has no owner among those that could. */
  readonly hidden: boolean;
}

function findOwners(listeners: readonly Listener[]): Owners {
  const holders = findHolders(new Set(listeners.map(listener => listener.inode)));
  const table = readProcessTable();
  const byInode = listeners.map(listener => holders.byInode.get(listener.inode) ?? []);
  const all = [...new Set(byInode.flat())];
  const others = all.filter(pid => pid !== 1);
  const pids = others.length > 0 ? others : all;
  const tops = topmost(
    table,
    pids.flatMap(pid => table.get(pid) ?? []),
  );
  return {
    servers: groupRelated(tops, byInode, table),
    onlyInit: all.length > 0 && others.length === 0,
    hidden: holders.denied.length > 0 && byInode.some(owners => owners.length === 0),
  };
}

/** A holder below another holder is its child; only the upper one is a root. */
function topmost(table: ReadonlyMap<number, ProcessStat>, holders: readonly ProcessStat[]): ProcessStat[] {
  return holders.filter(({ pid }) => !holders.some(other => isAncestor(table, other.pid, pid)));
}

/**
 * Processes are one server when they share a listening socket (it was inherited or passed), or belong to one process
 * group, or run one program: an SO_REUSEPORT group of equals. Their common parent joins them when it runs the same
 * program: a master that has closed the socket itself.
 */
function groupRelated(
  tops: readonly ProcessStat[],
  byInode: ReadonlyArray<readonly number[]>,
  table: ReadonlyMap<number, ProcessStat>,
): ProcessStat[][] {
  const groups: ProcessStat[][] = [];
  for (const top of tops) {
    const related = groups.find(group => group.some(member => areRelated(member, top, byInode)));
    if (related) related.push(top);
    else groups.push([top]);
  }
  return groups.map(group => withMaster(group, table));
}

function areRelated(a: ProcessStat, b: ProcessStat, byInode: ReadonlyArray<readonly number[]>): boolean {
  if (a.processGroup === b.processGroup) return true;
  if (byInode.some(pids => pids.includes(a.pid) && pids.includes(b.pid))) return true;
  const program = readExecutable(a.pid);
  return program !== undefined && program === readExecutable(b.pid) && a.parentPid === b.parentPid;
}

function withMaster(group: ProcessStat[], table: ReadonlyMap<number, ProcessStat>): ProcessStat[] {
  const [first] = group;
  if (!first || first.parentPid <= 1 || group.some(({ parentPid }) => parentPid !== first.parentPid))
    return group;
  const parent = table.get(first.parentPid);
  const sameProgram = parent && readExecutable(parent.pid) === readExecutable(first.pid);
  const isShell = parent !== undefined && group.length < 2;
  return parent && sameProgram && !isShell && parent.pid !== ownPid() ? [parent] : group;
}
