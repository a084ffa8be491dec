import { countFds, findInodes } from '../proc/fds.js';
import { readFinTimeoutMs } from '../proc/host.js';
import { kernelLogClockUs } from '../proc/kernel-log.js';
import type { SocketRow } from '../proc/parse/socket-table.js';
import { readCommand, readStat } from '../proc/process.js';
import type { TcpFamily } from '../proc/sockets.js';
import { descendsFrom } from '../proc/tree.js';
import { QueueWatch } from '../sampler/queue-watch.js';
import {
  idleTicks,
  lastTimer,
  type Outlook,
  type RunningTimer,
  SleepWatch,
  waitsOf,
} from '../sampler/sleep.js';
import {
  hasLost,
  isRestless,
  livingProcesses,
  type ProcessSnapshot,
  type Snapshot,
  takeSnapshot,
} from '../sampler/snapshot.js';
import {
  findOutsideHolders,
  type SocketPlace,
  SocketTables,
  type SocketView,
  type UnixPlace,
} from '../sampler/sockets.js';
import type { ProcessKey, Target } from '../target/target.js';
import type { Census, Change, Evidence, HeldSocket } from '../verdict/evidence.js';
import { type Attribution, heldOutside, heldSockets, takeCensus, unaccepted } from './attribution.js';
import { SeenSockets } from './seen-sockets.js';

/** Everything that one look at the server told. */
export interface Observation {
  readonly snapshot: Snapshot;
  readonly held: readonly HeldSocket[];
  readonly outside: Evidence['outside'];
  readonly unaccepted: readonly SocketRow[];
  readonly acceptQueue: number;
  readonly census: Census;
  /** Handshakes and goodbyes that the kernel has not finished. */
  readonly unfinished: number;
}

/** Looks at one server, and knows which connections of it were ours. Owns open files: the owner calls close(). */
export class Observer {
  readonly #target: Target;
  readonly #clients: Clients;
  readonly #queues: QueueWatch;
  /** Listeners on a Unix socket: those that it had, and those that were found since. */
  readonly #unixListeners: Set<number>;
  readonly #rootPids: readonly number[];
  readonly before: Snapshot;
  #ranBefore = false;
  readonly #tables: SocketTables;
  readonly #seen = new SeenSockets(readFinTimeoutMs(), performance.now());
  /** Calls that the idle server slept in. */
  readonly waits: readonly string[];
  readonly #idleTicks: ReadonlyMap<number, number>;
  readonly #socketsBefore: readonly number[];
  /** Connections of others that the server had before the run, by inode. */
  readonly #connectedBefore: ReadonlySet<number>;
  readonly #titles: ReadonlyMap<number, string>;
  readonly #images: ReadonlyMap<number, string | undefined>;
  readonly #changes: Change[] = [];
  /** When the run began, on the clock of the kernel's log. */
  readonly openedUs = kernelLogClockUs();

  static async open(target: Target, clients: Clients): Promise<Observer> {
    const listeners = target.listeners.flatMap(listener => (listener.transport === 'tcp' ? [listener] : []));
    const observer = new Observer(target, clients, await QueueWatch.open(target.network, listeners));
    observer.#ranBefore = await isRestless(() => observer.before.processes.map(({ pid }) => pid));
    return observer;
  }

  /** The timer of the server that runs out last. */
  lastTimer(snapshot: Snapshot): RunningTimer | undefined {
    return lastTimer(snapshot, this.#idleTicks);
  }

  /** Somebody of it was running all the time before the first cycle. */
  get ranBefore(): boolean {
    return this.#ranBefore;
  }

  private constructor(target: Target, clients: Clients, queues: QueueWatch) {
    this.#target = target;
    this.#clients = clients;
    this.#queues = queues;
    this.#unixListeners = new Set(
      target.listeners.flatMap(one => (one.transport === 'unix' ? [one.inode] : [])),
    );
    this.#rootPids = target.roots.map(({ pid }) => pid);
    this.#images = new Map(this.#rootPids.map(pid => [pid, readStat(pid)?.image]));
    this.#tables = new SocketTables(target.network, target.servedIn, placeOf(target));
    this.before = takeSnapshot(this.#rootPids, performance.now());
    this.waits = waitsOf(this.before);
    this.#idleTicks = idleTicks(this.before);
    this.#socketsBefore = this.before.processes.flatMap(({ fds }) => fds.map(({ inode }) => inode));
    // Only where there are children: the table is expensive, and the end of a sole process needs no excuse.
    const hasChildren = this.before.processes.length > this.#rootPids.length;
    const rows = hasChildren ? this.#tables.view([], true).rows : [];
    this.#connectedBefore = new Set(rows.filter(row => row.state !== 'LISTEN').map(({ inode }) => inode));
    const titled = hasChildren ? this.before.processes : [];
    this.#titles = new Map(titled.map(({ pid }) => [pid, readCommand(pid).join(' ').trim()]));
  }

  /** A connection to a Unix socket has no port. */
  get knowsOurs(): boolean {
    return this.#target.endpoint.transport === 'tcp';
  }

  close(): void {
    this.#queues.close();
  }

  /** Processes at the top of the tree. */
  get rootPids(): readonly number[] {
    return this.#rootPids;
  }

  /** The longest accept queue; undefined when none can be seen. */
  queueLength(): number | undefined {
    const length = this.#queues.length();
    if (length !== undefined || this.#queues.isEmpty) return length;
    if (!this.#queues.findAgain(inode => this.#isHeld(inode))) return undefined;
    this.#noteReopened();
    return this.#queues.length();
  }

  /** The same for a Unix socket, whose table is read whole: where it is looked at anyway, and not in between. */
  #follow({ listeners }: UnixPlace): void {
    const found = listeners.filter(inode => !this.#unixListeners.has(inode) && this.#isHeld(inode));
    for (const inode of found) this.#unixListeners.add(inode);
    if (found.length > 0) this.#noteReopened();
  }

  #noteReopened(): void {
    this.#noteProgram();
    if (!this.#changes.includes('listener')) this.#changes.push('listener');
  }

  /** What the server has become in the middle of the run, in the order in which it was seen. */
  get changes(): readonly Change[] {
    return this.#changes;
  }

  #isHeld(inode: number): boolean {
    const inodes = new Set([inode]);
    return livingProcesses(this.#rootPids).some(({ pid }) => {
      const found = findInodes(pid, inodes);
      return typeof found !== 'string' && found.size > 0;
    });
  }

  /** execve(2) keeps the pid and the time of its start. */
  #noteProgram(): void {
    const isAnother = this.#rootPids.some(pid => {
      const [before, now] = [this.#images.get(pid), readStat(pid)?.image];
      return before !== undefined && now !== undefined && before !== now;
    });
    if (isAnother && !this.#changes.includes('program')) this.#changes.push('program');
  }

  /** Connections that wait to be accepted, in the longest queue; 0 where no queue can be seen. */
  waiting(): number {
    return this.queueLength() ?? this.#tables.unix().waiting;
  }

  /** The address is not listened on any more, as far as that can be seen. */
  listenerIsGone(): boolean {
    if (this.#unixListeners.size === 0) return !this.#queues.isEmpty && this.queueLength() === undefined;
    const unix = this.#tables.unix();
    this.#follow(unix);
    return !unix.listeners.some(inode => this.#unixListeners.has(inode));
  }

  /** Some root is dead: exited, a zombie, or its pid belongs to a later process. */
  serverIsGone(): boolean {
    return hasLost(this.#target.roots);
  }

  /** Every process of the tree that is alive now. */
  livingProcesses(): ProcessKey[] {
    return livingProcesses(this.#rootPids);
  }

  /** Descriptors of the processes that were there before, in a few microseconds each. */
  fdCount(): number {
    return this.before.processes.reduce((sum, { pid }) => sum + (countFds(pid) ?? 0), 0);
  }

  /**
   * Reads the tree, and the socket tables if there is anything to look up in them. `thorough` reads them in any case:
   * a connection may be held by somebody outside of the tree. Of a server that holds 15 000 descriptors, reading them
   * takes 70 ms: an earlier snapshot can be looked at again.
   */
  look(thorough: boolean, snapshot = takeSnapshot(this.#rootPids, performance.now())): Observation {
    this.#noteProgram();
    const acceptQueue = this.queueLength() ?? 0;
    const inodes = newSockets(this.before, snapshot);
    const needed = thorough || acceptQueue > 0 || inodes.length > 0;
    const view = needed ? this.#tables.view(inodes, thorough) : NO_SOCKETS;
    this.#follow(view.unix);
    const attribution = this.#attribution(view);
    const held = heldSockets(this.before, snapshot, attribution).filter(
      ({ inode }) => !this.#queues.has(inode) && !this.#unixListeners.has(inode),
    );
    this.#seen.note(held, performance.now());
    const outside = heldOutside(snapshot, attribution);
    const holders = findOutsideHolders(outside.map(({ inode }) => inode));
    const { rivals } = this.#target;
    return {
      snapshot,
      held,
      outside: outside
        .map(row => ({ row, pids: holders.get(row.inode) ?? [] }))
        .filter(({ pids }) => !pids.some(pid => descendsFrom(pid, rivals))),
      // What waits for another server of the port is in the queue of that one.
      unaccepted: rivals.length > 0 && acceptQueue === 0 ? [] : unaccepted(attribution),
      acceptQueue: Math.max(acceptQueue, view.unix.waiting),
      census: takeCensus(this.before, snapshot, held),
      unfinished: view.rows.filter(row => this.#isUnfinished(row)).length,
    };
  }

  /** Inode of the server's end of a connection of ours that is open: undefined until it was accepted. */
  acceptedInode(clientPort: number): number | undefined {
    return this.serverEnd(clientPort)?.inode || undefined;
  }

  /** The server's end of a connection of ours, read now. */
  serverEnd(clientPort: number): SocketRow | undefined {
    const { endpoint } = this.#target;
    if (endpoint.transport !== 'tcp') return undefined;
    return this.#tables
      .view([], true)
      .rows.find(({ localPort, remotePort }) => localPort === endpoint.port && remotePort === clientPort);
  }

  /**
   * Which socket of the server each connection of ours has that is open now: after a reset it will be in no table.
   * What the server holds with them.
   */
  rememberConnected(): Snapshot {
    const { snapshot } = this.look(true);
    const { endpoint } = this.#target;
    if (endpoint.transport !== 'tcp') return snapshot;
    for (const { inode, localPort, remotePort, remoteAddress } of this.#tables.view([], false).rows) {
      const connection =
        localPort === endpoint.port ? this.#clients.connectionOf(remotePort, remoteAddress) : undefined;
      if (inode !== 0 && connection !== undefined) this.#seen.remember(inode, connection);
    }
    return snapshot;
  }

  /** Looks in the middle of a long run, where descriptors have come, so that what they are is known in time. */
  rememberHeld(usualFds: number): void {
    if (this.#seen.isDue(performance.now()) && this.fdCount() > usualFds) this.look(false);
  }

  /** A watch for one time of rest: who sleeps in the server, and what will wake by itself. */
  watchSleep(): (observation: Observation, nowMs: number, untilMs: number) => Outlook {
    const watch = new SleepWatch(this.#idleTicks);
    return ({ snapshot, held }, nowMs, untilMs) => {
      const ofClients = held.filter(({ role }) => role === 'other-client' || role === 'connection');
      const awaited = new Set([...this.#socketsBefore, ...ofClients.map(({ inode }) => inode)]);
      return watch.outlook(snapshot, awaited, nowMs, untilMs);
    };
  }

  /** Whether a process had a connection of somebody else when the run began: such a child was due to go. */
  servedBefore(process: ProcessSnapshot): boolean {
    return process.fds.some(({ kind, inode }) => kind === 'socket' && this.#connectedBefore.has(inode));
  }

  /** What a process that was there before called itself, such as "nginx: cache loader process". */
  titleOf(pid: number): string | undefined {
    return this.#titles.get(pid);
  }

  #attribution(view: SocketView): Attribution {
    const { endpoint } = this.#target;
    return {
      serverPort: endpoint.transport === 'tcp' ? endpoint.port : undefined,
      rows: view.rows,
      elsewhere: view.elsewhere,
      connectionOf: (port, address) => this.#clients.connectionOf(port, address),
      anyClient: this.#clients.areAll,
      seenAs: inode => this.#seen.connectionOf(inode),
    };
  }

  /** SYN_RECV: an ACK was dropped at a full queue, or the accept is deferred. FIN_WAIT1: our FIN has no answer yet. */
  #isUnfinished(row: SocketRow): boolean {
    const { endpoint } = this.#target;
    if (endpoint.transport !== 'tcp') return false;
    if (row.state === 'SYN_RECV')
      return row.localPort === endpoint.port && this.#isOurs(row.remotePort, row.remoteAddress);
    const { localPort, localAddress } = row;
    return (
      row.state === 'FIN_WAIT1' && row.remotePort === endpoint.port && this.#isOurs(localPort, localAddress)
    );
  }

  #isOurs(port: number, address: string): boolean {
    return this.#clients.connectionOf(port, address) !== undefined;
  }
}

const NO_SOCKETS: SocketView = { rows: [], elsewhere: () => 'not-tcp', unix: { listeners: [], waiting: 0 } };

/** Inodes of the sockets that nobody in the tree had before. */
function newSockets(before: Snapshot, now: Snapshot): number[] {
  const known = new Set(before.processes.flatMap(({ fds }) => fds).map(({ inode }) => inode));
  return now.processes.flatMap(({ fds }) =>
    fds.filter(fd => fd.kind === 'socket' && !known.has(fd.inode)).map(({ inode }) => inode),
  );
}

/** Which tables to read. A listener on :: takes IPv4 too: its end then stands in tcp6, and the client's in tcp. */
function placeOf({ endpoint, listeners }: Target): SocketPlace {
  if (endpoint.transport === 'unix') {
    // The table has the name that bind(2) was given.
    const [bound] = listeners.flatMap(listener => (listener.transport === 'unix' ? [listener.path] : []));
    return { path: bound ?? endpoint.path };
  }
  const families = new Set<TcpFamily>([endpoint.host.includes(':') ? 'tcp6' : 'tcp']);
  for (const listener of listeners) if (listener.transport === 'tcp') families.add(listener.family);
  return { port: endpoint.port, families: [...families] };
}

/** Whose connections are looked at: those of our own cycles, by the ports of their ends, or those of everybody. */
export interface Clients {
  readonly connectionOf: (port: number, address: string) => number | undefined;
  readonly areAll?: boolean;
}

/** Where others make the connections, each is known by the port of its client alone. */
export const EVERYBODY: Clients = { connectionOf: port => port, areAll: true };
