import { setTimeout as sleep } from 'node:timers/promises';
import type { Options } from '../../options/run.js';
import { isRunnable } from '../../proc/cpu-time.js';
import { readFds } from '../../proc/fds.js';
import { foreignRoot } from '../../proc/foreign-root.js';
import { readStat } from '../../proc/process.js';
import { threadIds } from '../../proc/threads.js';
import { livingProcesses } from '../../sampler/snapshot.js';
import type { Target } from '../../target/target.js';
import type { Finding } from '../../verdict/finding.js';
import { guiltyClients, NO_ROOM, openCycles, roomFor } from '../cycles.js';
import { type Found, unknown } from '../found.js';
import { Sources } from '../source.js';
import { placesOf } from './places.js';
import { type Life, replay } from './replay.js';
import { NoTrace, Strace } from './strace.js';
import { Symbols } from './symbols.js';
import { parseTrace } from './trace.js';

/** Kinds of finding whose things are made by a system call. */
export const TRACED = {
  fd: 'descriptor',
  child: 'child',
  zombie: 'child',
  thread: 'thread',
  mapping: 'mapping',
} as const satisfies Partial<Record<Finding['kind'], Life['kind']>>;

type TracedKind = keyof typeof TRACED;

/** The finding that is asked about, the one that tells how much is kept, and of which clients. */
export type TracedFinding = Extract<Finding, { kind: TracedKind }>;

/**
 * Lets some more of the guilty clients connect while strace notes which call made what is kept, and from where: what was
 * made and not let go is told with the way that it went through the code.
 */
export async function traceNative(
  target: Target,
  options: Options,
  findings: readonly TracedFinding[],
  signal: AbortSignal,
): Promise<(finding: TracedFinding) => Found> {
  const cycles = cyclesFor(findings);
  if (cycles < LEAST_CYCLES) return () => unknown(NO_ROOM);
  try {
    const { lives, remark } = await trace(target, options, findings, cycles, signal);
    return await tell(target, lives, remark);
  } catch (error) {
    if (!(error instanceof NoTrace)) throw error;
    return () => unknown(error.message);
  }
}

/** As many as leave some ten things behind, and no more than the server has room for. */
function cyclesFor(findings: readonly TracedFinding[]): number {
  const least = Math.min(...findings.map(({ perCycle }) => (perCycle > 0 ? perCycle : 1)));
  const wanted = Math.max(CYCLES, Math.min(MOST_CYCLES, Math.ceil(ENOUGH / least)));
  return Math.min(wanted, roomFor(findings, 2));
}

async function trace(
  target: Target,
  options: Options,
  findings: readonly TracedFinding[],
  count: number,
  signal: AbortSignal,
): Promise<{ readonly lives: readonly Life[]; readonly remark: string | undefined }> {
  const roots = target.roots.map(({ pid }) => pid);
  const pids = livingPids(roots);
  const processes = new Map(pids.flatMap(pid => threadIds(pid).map(tid => [tid, pid] as const)));
  const clients = guiltyClients(findings, options);
  const cycles = await openCycles(
    target,
    options,
    clients,
    AbortSignal.any([signal, AbortSignal.timeout(MOST_MS)]),
  );
  const strace = await Strace.attach(pids, callsFor(findings));
  try {
    await cycles.make(count);
    const look = () => replay(parseTrace(strace.read()), processes).filter(isThereOrEnded);
    const hasMore = (lives: readonly Life[]) =>
      findings.some(
        ({ kind, perCycle }) =>
          lives.filter(life => life.kind === TRACED[kind] && life.ended === undefined).length >
          perCycle * count * MARGIN + 2,
      );
    const untilMs = performance.now() + options.settleMs;
    const isOver = () => !strace.isAttached || signal.aborted || performance.now() > untilMs;
    let lives: readonly Life[] = [];
    do {
      await untilQuiet(strace, () => !isRunnable(livingPids(roots), 'Rt'), isOver);
      lives = look();
      // More than were expected are left: the server is about to close some of them.
    } while (!isOver() && hasMore(lives));
    const wasKilled = !strace.isAttached && livingPids(roots).length > 0;
    return { lives, remark: wasKilled ? KILLED : undefined };
  } finally {
    await strace.stop();
    strace.close();
  }
}

/** The server has nothing more to do with these connections, for a moment. */
async function untilQuiet(strace: Strace, isAtRest: () => boolean, isOver: () => boolean): Promise<void> {
  for (let quietMs = 0, size = -1; quietMs < QUIET_MS && !isOver(); quietMs += STEP_MS) {
    if (strace.size !== size || !isAtRest()) quietMs = 0;
    size = strace.size;
    await sleep(STEP_MS);
  }
}

/** A number that is not open any more was closed by a way that is not traced, io_uring or the end of a process. */
function isThereOrEnded({ kind, pid, number, ended }: Life): boolean {
  if (ended !== undefined || kind !== 'descriptor') return true;
  const fds = readFds(pid);
  return typeof fds !== 'string' && fds.some(fd => fd.number === number);
}

async function tell(
  target: Target,
  lives: readonly Life[],
  remark: string | undefined,
): Promise<(finding: TracedFinding) => Found> {
  const pid = target.roots[0]?.pid ?? 0;
  const symbols = new Symbols(pid);
  await symbols.load(
    lives.flatMap(({ made, last, ended }) =>
      [made, last, ended].flatMap(call => (call && call !== 'exit' ? call.stack : [])),
    ),
  );
  const root = foreignRoot(pid);
  const sources = new Sources(root === 'denied' ? undefined : root);
  return ({ kind }) => {
    const own = lives.filter(life => life.kind === TRACED[kind] && isOfKind(life, kind));
    const found = placesOf(own, symbols, sources);
    return { ...found, remarks: [...(remark ? [remark] : []), ...found.remarks] };
  };
}

/** A child that has ended and was not waited for is a zombie, one that runs on is not. */
function isOfKind({ number, ended }: Life, kind: TracedKind): boolean {
  if (kind !== 'child' && kind !== 'zombie') return true;
  if (ended !== undefined) return true;
  const state = readStat(number)?.state;
  return state !== undefined && (state === 'Z') === (kind === 'zombie');
}

function livingPids(roots: readonly number[]): number[] {
  return livingProcesses(roots).map(({ pid }) => pid);
}

/** Each call that is traced costs the server some 25 µs, those that are not a tenth of it. */
function callsFor(findings: readonly TracedFinding[]): readonly string[] {
  const makesTasks = findings.some(({ kind }) => kind !== 'fd');
  return [...OF_DESCRIPTORS, ...OF_TASKS, ...(makesTasks ? OF_MAPPINGS : [])];
}

const OF_DESCRIPTORS =
  'accept accept4 socket socketpair connect open openat openat2 creat pipe pipe2 dup dup2 dup3 fcntl eventfd eventfd2 timerfd_create epoll_create epoll_create1 signalfd signalfd4 inotify_init inotify_init1 memfd_create close close_range shutdown read readv recvfrom recvmsg write writev sendto sendmsg sendfile epoll_ctl'.split(
    ' ',
  );
/** A thread is made with its signals blocked: the stack can be walked from there, and not from clone3(2) of glibc. */
const OF_TASKS = 'clone clone3 fork vfork exit exit_group wait4 waitid rt_sigprocmask'.split(' ');
const OF_MAPPINGS = ['mmap', 'munmap', 'mremap'];

const KILLED = 'strace was ended by somebody before all connections were made.';
const CYCLES = 40;
const LEAST_CYCLES = 4;
const MOST_CYCLES = 400;
const ENOUGH = 12;
const MOST_MS = 10_000;
/** What is kept beyond the rate that was found is about to be closed. */
const MARGIN = 1.2;
const STEP_MS = 10;
const QUIET_MS = 60;
