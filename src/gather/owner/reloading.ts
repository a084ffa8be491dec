import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Options } from '../../options/run.js';
import type { Reload } from '../../options/start.js';
import type { ProcessKey } from '../../target/target.js';
import type { Reloaded } from '../../verdict/life.js';
import { identity } from '../../verdict/processes.js';
import { type Destination, dial } from '../../workload/dial.js';
import type { Script } from '../../workload/script.js';

/** What is needed of a server that was started: its processes but the first, and a way to signal that. */
export interface Reloadable {
  readonly workers: () => readonly ProcessKey[];
  readonly signal: (name: Reload['signal']) => void;
}

/**
 * Makes a server reload again and again while clients churn, as soon as it is due when a judged connection stands. For a
 * moment around each reload the clients linger, so that cycles last through it; some of our own are in the middle of a
 * request when it comes.
 */
export class Reloading {
  readonly #reload: Reload;
  readonly #server: Reloadable;
  readonly #options: Pick<Options, 'script' | 'cycles' | 'durationMs' | 'settleMs'>;
  readonly #destination: Destination;
  readonly #known: Map<string, ProcessKey>;
  readonly #first: readonly ProcessKey[];
  #connections = 0;
  #sent = 0;
  #sentAtMs = Number.NEGATIVE_INFINITY;
  #underWay: Promise<void> | undefined;
  #beganAtMs: number | undefined;
  #watched = 0;
  #cutOff = 0;

  constructor(
    reload: Reload,
    server: Reloadable,
    options: Pick<Options, 'script' | 'cycles' | 'durationMs' | 'settleMs'>,
    destination: Destination,
  ) {
    this.#reload = reload;
    this.#server = server;
    this.#options = options;
    this.#destination = destination;
    this.#first = server.workers();
    this.#known = new Map(this.#first.map(one => [identity(one), one]));
  }

  /** Told of each judged connection; what it returns delays the client. */
  readonly onJudged = (): Promise<unknown> | undefined => {
    this.#connections += 1;
    this.#beganAtMs ??= performance.now();
    if (this.#isDue()) this.#underWay = this.#make().finally(() => (this.#underWay = undefined));
    // The last cycle ends behind the last reload, so that what is settled then is what it left.
    if (this.#connections === this.#options.cycles) return this.#underWay;
    return this.#underWay && sleep(LINGER_MS);
  };

  /** Waits until the workers are as many as they were, or the time is up, and tells what became of it all. */
  async facts(): Promise<Reloaded> {
    await this.#underWay;
    const startedAtMs = performance.now();
    while (this.#more() > 0 && performance.now() - startedAtMs < this.#options.settleMs) await sleep(20);
    const now = this.#server.workers();
    const before = new Set(this.#known.keys());
    this.#note();
    const { signal, everyCycles, everyMs } = this.#reload;
    const latest = this.#latest();
    return {
      ...{ signal, everyCycles, everyMs, sent: this.#sent, watched: this.#watched, cutOff: this.#cutOff },
      workers: this.#first.length,
      replaced: this.#first.filter(one => !now.some(other => identity(other) === identity(one))).length,
      more: this.#more(),
      stale: now.filter(one => before.has(identity(one)) && !latest.has(identity(one))).map(({ pid }) => pid),
      endsByItself: this.#cutOff > 0 && (await this.#endsByItself()),
    };
  }

  #isDue(): boolean {
    const { everyCycles, everyMs } = this.#reload;
    const { durationMs } = this.#options;
    const now = performance.now();
    if (this.#underWay || now - this.#sentAtMs < MIN_BETWEEN_MS) return false;
    if (durationMs !== undefined && now - (this.#beganAtMs ?? now) > durationMs - LAST_MS) return false;
    if (everyMs !== undefined) return now - this.#sentAtMs >= everyMs;
    // The first comes half as late: the last must not come with the last cycle.
    return this.#connections >= (this.#sent + 0.5) * (everyCycles ?? 1);
  }

  async #make(): Promise<void> {
    this.#sentAtMs = performance.now();
    const witnesses = await InFlightRequests.open(this.#destination, this.#options.script, WITNESSES);
    this.#note();
    this.#sentAtMs = performance.now();
    this.#sent += 1;
    this.#server.signal(this.#reload.signal);
    const { of, ended } = await witnesses.watch(WATCH_MS);
    this.#watched += of;
    this.#cutOff += ended;
    this.#note();
  }

  /** The same question without a reload. */
  async #endsByItself(): Promise<boolean> {
    const witnesses = await InFlightRequests.open(this.#destination, this.#options.script, WITNESSES);
    return (await witnesses.watch(WATCH_MS)).ended > 0;
  }

  #more(): number {
    return this.#server.workers().length - this.#first.length;
  }

  /** The generation that came last: as many of the youngest as there were at first. */
  #latest(): ReadonlySet<string> {
    const young = [...this.#server.workers()].sort((a, b) => b.startTicks - a.startTicks || b.pid - a.pid);
    return new Set(young.slice(0, this.#first.length).map(identity));
  }

  #note(): void {
    for (const one of this.#server.workers()) this.#known.set(identity(one), one);
  }
}

/** So long each client waits before it does anything, while a reload is under way. */
const LINGER_MS = 1;
/** So long after a signal witnesses stay. */
const WATCH_MS = 100;
/** Signals of one kind that come together are one. */
const MIN_BETWEEN_MS = 100;
/** No reload begins so shortly before the end of a run of some duration. */
const LAST_MS = 300;
const WITNESSES = 3;

/** Connections that have said the first byte of a request, and wait: who ends them now cuts them off. */
class InFlightRequests {
  readonly #sockets: readonly Socket[];
  readonly #ended = new Set<Socket>();

  /** Resolves when each is connected or has failed; those that failed are none. */
  static async open(destination: Destination, { request }: Script, count: number): Promise<InFlightRequests> {
    const sockets = await Promise.all(
      Array.from({ length: count }, () => connected(dial(destination), request.subarray(0, 1))),
    );
    const witnesses = new InFlightRequests(sockets.flatMap(socket => socket ?? []));
    await sleep(SETTLE_MS);
    return witnesses;
  }

  private constructor(sockets: readonly Socket[]) {
    this.#sockets = sockets;
    for (const socket of sockets) {
      socket.resume();
      for (const event of ['end', 'error', 'close'] as const)
        socket.once(event, () => this.#ended.add(socket));
    }
  }

  /** Watches them for a while and closes them. Those that were ended before that are no witnesses. */
  async watch(forMs: number): Promise<{ readonly of: number; readonly ended: number }> {
    const alive = this.#sockets.filter(socket => !this.#ended.has(socket));
    await sleep(forMs);
    const ended = alive.filter(socket => this.#ended.has(socket)).length;
    for (const socket of this.#sockets) socket.destroy();
    return { of: alive.length, ended };
  }
}

function connected(socket: Socket, first: Uint8Array): Promise<Socket | undefined> {
  return new Promise(resolve => {
    socket.once('error', () => resolve(undefined));
    socket.once('connect', () => {
      socket.write(first);
      resolve(socket);
    });
    setTimeout(() => {
      if (socket.connecting) socket.destroy();
      resolve(socket.connecting ? undefined : socket);
    }, MAX_CONNECT_MS).unref();
  });
}

/** Until the server has taken them in. */
const SETTLE_MS = 10;
const MAX_CONNECT_MS = 1_000;
