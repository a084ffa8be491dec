import { countFds } from '../proc/fds.js';
import { readFinTimeoutMs } from '../proc/host.js';
import type { SocketRow } from '../proc/parse/socket-table.js';
import { hasLost, livingProcesses } from '../sampler/living.js';
import { QueueWatch } from '../sampler/queue-watch.js';
import { sleepsForGood, waitsOf } from '../sampler/sleep.js';
import { type ProcessSnapshot, type Snapshot, takeSnapshot } from '../sampler/snapshot.js';
import { findOutsideHolders, SocketTables, type SocketView } from '../sampler/sockets.js';
import type { ProcessKey, Target } from '../target/target.js';
import { takeCensus } from '../verdict/census.js';
import type { Census, Evidence } from '../verdict/evidence.js';
import { type Attribution, type HeldSocket, heldOutside, heldSockets, unaccepted } from '../verdict/held.js';
import type { Clients } from './clients.js';
import { newSockets } from './new-sockets.js';
import { placeOf } from './place.js';
import { SeenSockets } from './seen.js';

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
  readonly #rootPids: readonly number[];
  readonly before: Snapshot;
  readonly #tables: SocketTables;
  readonly #seen = new SeenSockets(readFinTimeoutMs(), performance.now());
  /** Calls that the idle server slept in. */
  readonly waits: readonly string[];
  /** Connections of others that the server had before the run, by inode. */
  readonly #connectedBefore: ReadonlySet<number>;

  static async open(target: Target, clients: Clients): Promise<Observer> {
    const listeners = target.listeners.flatMap(listener => (listener.transport === 'tcp' ? [listener] : []));
    return new Observer(target, clients, await QueueWatch.open(target.network, listeners));
  }

  private constructor(target: Target, clients: Clients, queues: QueueWatch) {
    this.#target = target;
    this.#clients = clients;
    this.#queues = queues;
    this.#rootPids = target.roots.map(({ pid }) => pid);
    this.#tables = new SocketTables(target.network, target.servedIn, placeOf(target));
    this.before = takeSnapshot(this.#rootPids, performance.now());
    this.waits = waitsOf(this.before);
    // Only where there are children: the table is expensive, and the end of a sole process needs no excuse.
    const hasChildren = this.before.processes.length > this.#rootPids.length;
    const rows = hasChildren ? this.#tables.view([], true).rows : [];
    this.#connectedBefore = new Set(rows.filter(row => row.state !== 'LISTEN').map(({ inode }) => inode));
  }

  /** A connection to a Unix socket has no port that would make it ours. */
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
    return this.#queues.length();
  }

  /** The address is not listened on any more, as far as that can be seen. */
  listenerIsGone(): boolean {
    return !this.#queues.isEmpty && this.queueLength() === undefined;
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
    const acceptQueue = this.queueLength() ?? 0;
    const inodes = newSockets(this.before, snapshot);
    const needed = thorough || acceptQueue > 0 || inodes.length > 0;
    const view = needed ? this.#tables.view(inodes, thorough) : NO_SOCKETS;
    const attribution = this.#attribution(view);
    const held = heldSockets(this.before, snapshot, attribution);
    this.#seen.note(held, performance.now());
    const outside = heldOutside(snapshot, attribution);
    const holders = findOutsideHolders(outside.map(({ inode }) => inode));
    return {
      snapshot,
      held,
      outside: outside.map(row => ({ row, pids: holders.get(row.inode) ?? [] })),
      unaccepted: unaccepted(attribution),
      acceptQueue: Math.max(acceptQueue, view.unixQueue),
      census: takeCensus(this.before, snapshot, held),
      unfinished: view.rows.filter(row => this.#isUnfinished(row)).length,
    };
  }

  /** Inode of the server's end of a connection of ours that is open: undefined until it was accepted. */
  acceptedInode(clientPort: number): number | undefined {
    const { endpoint } = this.#target;
    if (endpoint.transport !== 'tcp') return undefined;
    const row = this.#tables
      .view([], true)
      .rows.find(({ localPort, remotePort }) => localPort === endpoint.port && remotePort === clientPort);
    return row?.inode || undefined;
  }

  /**
   * Which socket of the server each connection of ours has that is open now: after a reset it will be in no table.
   * What the server holds with them.
   */
  rememberConnected(): Snapshot {
    const { snapshot } = this.look(true);
    const { endpoint } = this.#target;
    if (endpoint.transport !== 'tcp') return snapshot;
    for (const { inode, localPort, remotePort } of this.#tables.view([], false).rows) {
      const connection = localPort === endpoint.port ? this.#clients.connectionOf(remotePort) : undefined;
      if (inode !== 0 && connection !== undefined) this.#seen.remember(inode, connection);
    }
    return snapshot;
  }

  /** Looks in the middle of a long run, where descriptors have come, so that what they are is known in time. */
  rememberHeld(usualFds: number): void {
    if (this.#seen.isDue(performance.now()) && this.fdCount() > usualFds) this.look(false);
  }

  sleepsForGood(observation: Observation, withinMs: number): boolean {
    return sleepsForGood(observation.snapshot, withinMs);
  }

  /** Whether a process had a connection of somebody else when the run began: such a child was due to go. */
  servedBefore(process: ProcessSnapshot): boolean {
    return process.fds.some(({ kind, inode }) => kind === 'socket' && this.#connectedBefore.has(inode));
  }

  #attribution(view: SocketView): Attribution {
    const { endpoint } = this.#target;
    return {
      serverPort: endpoint.transport === 'tcp' ? endpoint.port : undefined,
      rows: view.rows,
      isTabled: view.isTabled,
      connectionOf: port => this.#clients.connectionOf(port),
      anyClient: this.#clients.areAll,
      seenAs: inode => this.#seen.connectionOf(inode),
    };
  }

  /** SYN_RECV: an ACK was dropped at a full queue, or the accept is deferred. FIN_WAIT1: our FIN has no answer yet. */
  #isUnfinished(row: SocketRow): boolean {
    const { endpoint } = this.#target;
    if (endpoint.transport !== 'tcp') return false;
    if (row.state === 'SYN_RECV') return row.localPort === endpoint.port && this.#isOurs(row.remotePort);
    return row.state === 'FIN_WAIT1' && row.remotePort === endpoint.port && this.#isOurs(row.localPort);
  }

  #isOurs(port: number): boolean {
    return this.#clients.connectionOf(port) !== undefined;
  }
}

const NO_SOCKETS: SocketView = { rows: [], isTabled: () => true, unixQueue: 0 };
