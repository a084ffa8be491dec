import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { arch } from 'node:os';
import { missingBecause, readProcText, readProcTextOrNothing } from './file.js';
import { folderOf } from './folder.js';
import { parseCallName, parsePollEntries, parseSleep, type TimeInMemory } from './parse/syscall.js';

/** One thread of a process, and why it sleeps. */
export interface Thread {
  readonly tid: number;
  readonly name: string;
  /** Times that it went to sleep: the same number later means that it has slept all the while. */
  readonly sleeps: number;
  readonly wait: Wait;
}

export type Wait =
  | { readonly until: 'event'; readonly call: string }
  | { readonly until: 'data'; readonly call: string; readonly fd: number }
  | {
      readonly until: 'timeout';
      readonly call: string;
      /** From the beginning of the call. */
      readonly timeoutMs: number;
      /** undefined on a kernel that does not tell when a thread ran last. */
      readonly leftMs: number | undefined;
      /** Of how many descriptors, where the call says so. */
      readonly watches?: number | undefined;
    }
  /** It runs, or may wake for a reason that is not to be seen. */
  | { readonly until: 'unknown' };

/** All threads of a process; none when it is gone. Two files each, 40 µs. */
export function readThreads(pid: number): Thread[] {
  return taskNames(pid).flatMap(tid => {
    // First the count: if it wakes between the two readings, the next one has another.
    const status = readProcTextOrNothing(`/proc/${pid}/task/${tid}/status`);
    if (status === undefined) return [];
    return {
      tid: Number(tid),
      name: /^Name:\t(.*)$/m.exec(status)?.[1] ?? '',
      sleeps: Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)?.[1] ?? 0),
      wait: readWait(pid, tid),
    };
  });
}

/** Names of the calls that the threads of a process are blocked in, as far as they may be read. */
export function readCallNames(pid: number): string[] {
  return taskNames(pid).flatMap(tid => {
    const read = readProcText(`/proc/${pid}/task/${tid}/syscall`);
    return 'text' in read ? (parseCallName(read.text, arch()) ?? []) : [];
  });
}

/** The call that a thread is blocked in, and the descriptor that it was given first; undefined while it runs. */
export function readBlockedCall(
  tid: number,
): { readonly call: string; readonly fd: number | undefined } | undefined {
  const text = readProcTextOrNothing(`/proc/${tid}/syscall`);
  const call = text === undefined ? undefined : parseCallName(text, arch());
  if (text === undefined || call === undefined) return undefined;
  return { call, fd: TAKES_FD.test(call) ? Number(text.split(' ')[1]) : undefined };
}

const TAKES_FD = /^(read|write|accept4?|recv\w+|send\w+|connect|epoll_\w+|flock|fcntl)$/;

/** The most entries that a thread of a process, asleep in poll(2), waits for; undefined: none sleeps there. */
export function mostPollEntries(pid: number): number | undefined {
  return taskNames(pid).reduce<number | undefined>((most, tid) => {
    const text = readProcTextOrNothing(`/proc/${pid}/task/${tid}/syscall`);
    const entries = text === undefined ? undefined : parsePollEntries(text, arch());
    return entries === undefined ? most : Math.max(most ?? 0, entries);
  }, undefined);
}

function readWait(pid: number, tid: string): Wait {
  const text = readProcTextOrNothing(`/proc/${pid}/task/${tid}/syscall`);
  const sleep = text === undefined ? undefined : parseSleep(text, arch());
  if (!sleep) return { until: 'unknown' };
  if (sleep.until === 'timeout') return { ...sleep, leftMs: leftOf(sleep.timeoutMs, pid, tid) };
  if (sleep.until !== 'time') return sleep;
  const timeMs = readTimeMs(pid, sleep);
  if (timeMs === undefined) return { until: 'unknown' };
  const { call, clock } = sleep;
  if (clock === undefined)
    return { until: 'timeout', call, timeoutMs: timeMs, leftMs: leftOf(timeMs, pid, tid) };
  const timeoutMs = Math.max(0, timeMs - (clock === 'realtime' ? Date.now() : monotonicMs()));
  return { until: 'timeout', call, timeoutMs, leftMs: timeoutMs };
}

/** A thread that sleeps ran last when it went to sleep. */
function leftOf(timeoutMs: number, pid: number, tid: string): number | undefined {
  const [ranMs, nowMs] = [lastRunMs(`${pid}/task/${tid}`), lastRunMs('thread-self')];
  return ranMs === undefined || nowMs === undefined ? undefined : Math.max(0, timeoutMs - (nowMs - ranMs));
}

/** On the clock of the scheduler; our own is now, to a tick. */
function lastRunMs(thread: string): number | undefined {
  const ran = /^se\.exec_start\s*:\s*([\d.]+)/m.exec(
    readProcTextOrNothing(`/proc/${thread}/sched`) ?? '',
  )?.[1];
  return ran === undefined ? undefined : Number(ran);
}

/**
 * The clock that began with the machine, to 10 ms. A machine that was suspended has it ahead of the one that the threads
 * sleep by: then they seem to be due sooner than they are, and are waited for.
 */
function monotonicMs(): number {
  return Number.parseFloat(readProcTextOrNothing('/proc/uptime') ?? '0') * 1_000;
}

/** Who may read which call a thread is in may read its memory too. */
function readTimeMs(pid: number, { address, unit }: TimeInMemory): number | undefined {
  let fd: number | undefined;
  try {
    fd = openSync(`${folderOf(pid)}/mem`, 'r');
    const bytes = Buffer.alloc(16);
    if (readSync(fd, bytes, 0, 16, address) < 16) return undefined;
    const fraction = Number(bytes.readBigInt64LE(8));
    return Number(bytes.readBigInt64LE(0)) * 1_000 + fraction / (unit === 'timespec' ? 1e6 : 1e3);
  } catch (error) {
    // EIO: it has woken, and the page is not there any more.
    if ((error as NodeJS.ErrnoException).code !== 'EIO') missingBecause(error);
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** Threads of a process that are there now; none when it is gone. */
export function threadIds(pid: number): number[] {
  return taskNames(pid).map(Number);
}

/** Who traces a thread, 0: nobody; undefined when it is gone. */
export function readTracer(tid: number): number | undefined {
  const tracer = /^TracerPid:\s+(\d+)/m.exec(readProcTextOrNothing(`/proc/${tid}/status`) ?? '')?.[1];
  return tracer === undefined ? undefined : Number(tracer);
}

function taskNames(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch (error) {
    missingBecause(error);
    return [];
  }
}

/** Whether a process has set itself an alarm that would wake it: a POSIX timer, or a handler for SIGALRM. */
export function mayHaveAlarm(pid: number): boolean {
  const timers = readProcTextOrNothing(`/proc/${pid}/timers`);
  const caught = /^SigCgt:\s+([0-9a-f]+)/m.exec(readProcTextOrNothing(`${folderOf(pid)}/status`) ?? '')?.[1];
  if (timers === undefined || caught === undefined) return true;
  const SIGALRM = 14n;
  return timers !== '' || ((BigInt(`0x${caught}`) >> (SIGALRM - 1n)) & 1n) === 1n;
}

/** When a timerfd will fire, by the it_value of its fdinfo; undefined: it is not armed. */
export function timerLeftMs(pid: number, timerfd: number): number | undefined {
  const text = readProcTextOrNothing(`${folderOf(pid)}/fdinfo/${timerfd}`) ?? '';
  const value = /^it_value: \((\d+), (\d+)\)$/m.exec(text);
  if (!value) return 0;
  const leftMs = Number(value[1]) * 1_000 + Number(value[2]) / 1e6;
  return leftMs === 0 ? undefined : leftMs;
}
