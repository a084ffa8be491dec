import { mayHaveAlarm, readCallNames, readThreads, type Thread, timerLeftMs } from '../proc/threads.js';
import type { ProcessSnapshot, Snapshot } from './snapshot.js';

/** What may still happen in the server although nobody talks to it. */
export interface Outlook {
  /**
   * - `for-good`: every thread waits for somebody, or for longer than anybody would wait for it;
   * - `unwoken`: the same, but some are in accept(2) or recv(2), which SO_RCVTIMEO may end unseen;
   * - `unknown`: something runs, or may wake.
   */
  readonly sleep: 'for-good' | 'unwoken' | 'unknown';
  /** Since when no thread has woken. */
  readonly unwokenSinceMs: number;
  /** What will wake by itself before the wait is over, and may let go then: the last of them. */
  readonly due: Due | undefined;
  /** Something will wake by itself one day. */
  readonly hasTimeout: boolean;
}

/** A sleep that runs out. */
export interface Due {
  readonly pid: number;
  /** "epoll_wait", "timerfd", "alarm". */
  readonly call: string;
  /** How long it has left; undefined where that cannot be seen. */
  readonly leftMs: number | undefined;
}

/**
 * Watches the threads of a tree sleep. It has to be asked more than once: how long a sleep has lasted is known only from
 * when it was seen first, and so is whether it was ever interrupted.
 */
export class SleepWatch {
  /** When those timers of an idle Node are due that it had before the run, by thread. */
  readonly #idleDueMs: ReadonlyMap<number, number>;
  #seen: Seen = new Map();
  #fingerprint = '';
  #unwokenSinceMs = Number.POSITIVE_INFINITY;

  constructor(idleDueMs: ReadonlyMap<number, number> = new Map()) {
    this.#idleDueMs = idleDueMs;
  }

  /**
   * What may happen until `untilMs`, on the clock that `nowMs` is of. `awaited`: sockets of clients, and those that the
   * server had before it had any; who waits for one of them serves that one, and has nothing to do with what is held.
   */
  outlook(
    { processes }: Pick<Snapshot, 'processes'>,
    awaited: ReadonlySet<number>,
    nowMs: number,
    untilMs: number,
  ): Outlook {
    const before = this.#seen;
    this.#seen = new Map();
    const stirrings = processes.flatMap(process => this.#ofProcess(process, awaited, before, nowMs));
    const fingerprint = [...this.#seen].map(([tid, { sleeps }]) => `${tid}:${sleeps}`).join(' ');
    if (fingerprint !== this.#fingerprint) this.#unwokenSinceMs = nowMs;
    this.#fingerprint = fingerprint;
    const isIn = ({ wakes, leftMs = 0 }: Stirring) => wakes === 'itself' && nowMs + leftMs <= untilMs;
    const due = stirrings.filter(isIn).sort((one, other) => (other.leftMs ?? 0) - (one.leftMs ?? 0))[0];
    const isUnknown = due !== undefined || stirrings.some(({ wakes }) => wakes === 'unknown');
    return {
      sleep: isUnknown ? 'unknown' : stirrings.some(({ wakes }) => wakes === 'data') ? 'unwoken' : 'for-good',
      unwokenSinceMs: this.#unwokenSinceMs,
      due: due && { pid: due.pid, call: due.call, leftMs: due.leftMs },
      hasTimeout: stirrings.some(({ wakes }) => wakes === 'itself'),
    };
  }

  #ofProcess(
    process: ProcessSnapshot,
    awaited: ReadonlySet<number>,
    before: Seen,
    nowMs: number,
  ): Stirring[] {
    const { pid, fds } = process;
    const threads = readThreads(pid);
    if (threads.length === 0) return [{ pid, call: '', wakes: 'unknown' }];
    const timers = timerfdsOf(pid, fds).map(
      (leftMs): Stirring => ({ pid, call: 'timerfd', wakes: 'itself', leftMs }),
    );
    return [
      ...threads.map(thread => {
        const seen = before.get(thread.tid);
        const slept = seen?.sleeps === thread.sleeps;
        const sinceMs = slept ? seen.sinceMs : nowMs;
        const wakes = (seen?.wakes ?? 0) + (seen && !slept ? 1 : 0);
        this.#seen.set(thread.tid, { sleeps: thread.sleeps, sinceMs, wakes });
        const stirring = this.#ofThread(process, thread, awaited, nowMs, sinceMs);
        // Nobody talks to it, and it has woken again and again: that is SO_RCVTIMEO.
        return stirring.wakes === 'data' && wakes >= 2 ? { ...stirring, wakes: 'itself' as const } : stirring;
      }),
      ...timers,
      ...(mayHaveAlarm(pid) ? [{ pid, call: 'alarm', wakes: 'itself' as const }] : []),
    ];
  }

  #ofThread(
    process: ProcessSnapshot,
    thread: Thread,
    awaited: ReadonlySet<number>,
    nowMs: number,
    sinceMs: number,
  ): Stirring {
    const { pid } = process;
    const { tid, wait } = thread;
    switch (wait.until) {
      case 'event':
        return { pid, call: wait.call, wakes: 'never' };
      case 'unknown':
        return { pid, call: '', wakes: 'unknown' };
      case 'data':
        return { pid, call: wait.call, wakes: wakesFromData(process, awaited, wait) };
      case 'timeout': {
        if (isHousekeeping(process, thread)) return { pid, call: wait.call, wakes: 'unknown' };
        const leftMs = wait.leftMs ?? Math.max(0, wait.timeoutMs - (nowMs - sinceMs));
        if (isIdleTick(this.#idleDueMs.get(tid), nowMs, leftMs))
          return { pid, call: wait.call, wakes: 'never' };
        return { pid, call: wait.call, wakes: 'itself', leftMs };
      }
    }
  }
}

/**
 * A pipe and an eventfd know no timeout. A receive on a socket that was opened for a client, such as a question to
 * another server, may be about to give up.
 */
function wakesFromData(
  { fds }: ProcessSnapshot,
  awaited: ReadonlySet<number>,
  { call, fd }: { readonly call: string; readonly fd: number },
): Stirring['wakes'] {
  if (call.startsWith('accept')) return 'data';
  const found = fds.find(({ number }) => number === fd);
  switch (found?.kind) {
    case 'pipe':
    case 'eventfd':
    case 'timerfd': // which is looked at by itself
      return 'never';
    case 'socket':
      return awaited.has(found.inode) ? 'data' : 'itself';
    default:
      return 'unknown';
  }
}

type Seen = Map<number, { readonly sleeps: number; readonly sinceMs: number; readonly wakes: number }>;

/** The same in one look, for somebody who has waited for a while already. */
export function outlookNow(snapshot: Snapshot, withinMs: number): Outlook {
  return new SleepWatch().outlook(snapshot, new Set(), snapshot.atMs, snapshot.atMs + withinMs);
}

interface Stirring extends Omit<Due, 'leftMs'> {
  readonly leftMs?: number | undefined;
  readonly wakes: 'never' | 'data' | 'itself' | 'unknown';
}

/**
 * Sleeps of an idle server of Node that end by themselves, before anybody has connected: by thread, when they are due.
 * The HTTP server of Node looks every 30 s for requests that take longer than a minute. Such a tick closes nothing of
 * ours, and every Express would have to be waited for half a minute before it may be accused.
 */
export function idleTicks({ processes, atMs }: Snapshot): Map<number, number> {
  const nodes = processes.filter(({ comm }) => NODE.test(comm));
  return new Map(
    nodes.flatMap(({ pid }) =>
      readThreads(pid).flatMap(({ tid, wait }): [number, number][] =>
        wait.until === 'timeout' && wait.leftMs !== undefined && wait.timeoutMs <= NODE_HTTP_CHECK_MS
          ? [[tid, atMs + wait.leftMs]]
          : [],
      ),
    ),
  );
}

/** A timer of the server that runs. */
export interface RunningTimer {
  /** The call that it sleeps in until then, as "epoll_wait", or "timerfd". */
  readonly call: string;
  readonly leftMs: number;
}

/** The timer of the server that ran when it had had its first clients: what it keeps of them may go when it runs out. */
export interface PendingTimer {
  /** "epoll_wait", or whatever the thread sleeps in. */
  readonly call: string;
  /** When it was to run out, on the clock of the snapshots, and how long after the first connection that is. */
  readonly dueAtMs: number;
  readonly dueMs: number;
}

/**
 * The timer that runs out last: what the server keeps for its clients may go when it does. An event loop has its next
 * timer as timeout of its wait; a pool's worker that waits for work on a futex, and ends itself when none comes, keeps
 * nothing but its stack. `idleDueMs`: of `idleTicks`. undefined: there is none, or it cannot be seen.
 */
export function lastTimer(
  { processes, atMs }: Snapshot,
  idleDueMs: ReadonlyMap<number, number>,
): RunningTimer | undefined {
  const timers = processes.flatMap(process => timersOf(process, atMs, idleDueMs));
  return timers.sort((one, other) => other.leftMs - one.leftMs)[0];
}

function timersOf(
  process: ProcessSnapshot,
  nowMs: number,
  idleDueMs: ReadonlyMap<number, number>,
): RunningTimer[] {
  const { pid, fds } = process;
  const sleeps = readThreads(pid).flatMap(thread => {
    const { tid, wait, name } = thread;
    if (wait.until !== 'timeout' || isHousekeeping(process, thread)) return [];
    if (wait.call.startsWith('futex') && !TIMER_THREAD.test(name)) return [];
    const leftMs = wait.leftMs ?? wait.timeoutMs;
    return isIdleTick(idleDueMs.get(tid), nowMs, leftMs) ? [] : [{ call: wait.call, leftMs }];
  });
  return [...sleeps, ...timerfdsOf(pid, fds).map(leftMs => ({ call: 'timerfd', leftMs }))];
}

/** Until each timerfd that is armed will fire. */
function timerfdsOf(pid: number, fds: ProcessSnapshot['fds']): number[] {
  return fds.flatMap(({ kind, number }) => (kind === 'timerfd' ? (timerLeftMs(pid, number) ?? []) : []));
}

/** Whether a sleep is one of `idleTicks`, that was due at `dueMs`, or its like some turns later. */
function isIdleTick(dueMs: number | undefined, nowMs: number, leftMs: number): boolean {
  if (dueMs === undefined) return false;
  const sinceDueMs = nowMs + leftMs - dueMs;
  const turns = Math.round(sinceDueMs / NODE_HTTP_CHECK_MS);
  const isOfIt = Math.abs(sinceDueMs - turns * NODE_HTTP_CHECK_MS) <= MAX_DRIFT_MS;
  return isOfIt && turns >= 0 && (turns > 0 || leftMs >= MIN_LEFT_MS);
}

/** As .NET, Mono and the JVM call theirs. */
const TIMER_THREAD = /timer/i;

/**
 * What a runtime does beside the program: threads of the JVM, and the loop of Python's socketserver, which waits half a
 * second for its listener alone and then asks for children that have ended. They may wake, but need not be waited for.
 */
function isHousekeeping({ comm }: ProcessSnapshot, { name, wait }: Thread): boolean {
  if (JVM_THREAD.test(name)) return true;
  if (wait.until !== 'timeout' || !PYTHON.test(comm)) return false;
  return wait.call === 'poll' && wait.timeoutMs === 500 && wait.watches === 1;
}

/** Names of the calls in which the threads of the tree sleep, each once. */
export function waitsOf({ processes }: Snapshot): string[] {
  return [...new Set(processes.flatMap(({ pid }) => readCallNames(pid)))];
}

/** As the kernel cuts them to 15 characters. */
const JVM_THREAD =
  /^(VM Periodic Tas|VM Thread|GC Thread|G1 |C1 CompilerThre|C2 CompilerThre|Common-Cleaner|Monitor Deflati|Service Thread|Signal Dispatch|Reference Handl|Finalizer$|Notification Th|Sweeper thread|Cleaner-)/;
const PYTHON = /^python/;
const NODE = /^(node|MainThread)/;
const NODE_HTTP_CHECK_MS = 30_000;
/** It is set again when it has fired, so that it comes a little later each time. */
const MAX_DRIFT_MS = 250;
/** A tick that is nearer than that is waited for: what it hides may be due soon after it. */
const MIN_LEFT_MS = 10_000;
