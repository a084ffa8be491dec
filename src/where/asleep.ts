import { execFile } from 'node:child_process';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { readFds } from '../proc/fds.js';
import { findHolders } from '../proc/holders.js';
import { programName } from '../proc/process.js';
import { readTcpRows } from '../proc/sockets.js';
import { readBlockedCall, readTracer, threadIds } from '../proc/threads.js';
import { livingProcesses } from '../sampler/snapshot.js';
import type { Target } from '../target/target.js';
import type { Found, Place } from './found.js';
import { ownPlaces } from './native/frames.js';
import type { CodePlace } from './native/symbols.js';
import { Sources } from './source.js';

/**
 * Where the threads of a server stand that serves nobody any more: the call each sleeps in, on which descriptor, what that
 * is, and how it came there. The stacks are read once (eu-stack), which stops the server for some milliseconds; not of an
 * interpreter, whose stack says nothing of the program.
 */
export async function findAsleep(target: Target, isNative: boolean): Promise<Found> {
  const pids = livingProcesses(target.roots.map(({ pid }) => pid)).map(({ pid }) => pid);
  const sources = new Sources();
  const places: Place[] = [];
  let remark: string | undefined;
  for (const pid of pids.slice(0, MOST_PROCESSES)) {
    const blocked = threadIds(pid).map(tid => ({ tid, ...readBlockedCall(tid) }));
    const stacks = isNative ? await readStacks(pid) : INTERPRETED;
    if (typeof stacks === 'string') remark = stacks;
    for (const { tid, call, fd } of blocked) {
      const stack = typeof stacks === 'string' ? [] : (stacks.get(tid) ?? []);
      places.push({
        count: 1,
        of: blocked.length,
        what: `thread ${tid}`,
        made: null,
        last: {
          call: call ?? 'no call',
          result: '',
          frames: ownPlaces(stack).map(place => sources.frame(place)),
        },
        letGo: null,
        kept: fd === undefined ? [] : [`descriptor ${fd} is ${describe(pid, fd, target)}`],
      });
    }
  }
  return { places: together(places), remarks: remark === undefined ? [] : [remark] };
}

/** Threads that stand at the same place are told once. */
function together(places: readonly Place[]): Place[] {
  const groups = new Map<string, Place[]>();
  for (const place of places) {
    const frames =
      place.last?.frames.map(({ function: name, file, line }) => `${name} ${file}:${line}`) ?? [];
    const key = [place.last?.call, ...frames, ...place.kept].join('\n');
    groups.set(key, [...(groups.get(key) ?? []), place]);
  }
  return [...groups.values()].slice(0, MOST_PLACES).flatMap(([first, ...more]) =>
    first === undefined
      ? []
      : {
          ...first,
          count: 1 + more.length,
          of: places.length,
          what: more.length > 0 ? 'threads' : first.what,
        },
  );
}

/** What a descriptor is, and who else has the other end of it. */
function describe(pid: number, number: number, target: Target): string {
  const fds = readFds(pid);
  const fd = typeof fds === 'string' ? undefined : fds.find(candidate => candidate.number === number);
  if (!fd) return 'not open any more';
  if (fd.kind === 'pipe') {
    const others = (findHolders(new Set([fd.inode])).byInode.get(fd.inode) ?? []).filter(
      other => other !== pid,
    );
    if (others.length === 0) return 'a pipe whose other end nobody else has';
    return `a pipe that ${others
      .slice(0, 3)
      .map(other => `${programName(other)} (pid ${other})`)
      .join(', ')} has too`;
  }
  if (fd.kind !== 'socket') return fd.kind === 'file' ? `the file ${fd.name}` : `of the kind ${fd.kind}`;
  const row = readTcpRows(target.servedIn, ['tcp', 'tcp6']).find(({ inode }) => inode === fd.inode);
  return row
    ? `a TCP socket in ${row.state}`
    : 'a socket that is no TCP connection any more, or a Unix socket';
}

/** The stack of each thread; a sentence where it cannot be had. */
async function readStacks(pid: number): Promise<ReadonlyMap<number, readonly CodePlace[]> | string> {
  const tracer = readTracer(pid);
  if (tracer) return `Process ${pid} has a tracer already, pid ${tracer}, so its stack cannot be read.`;
  const args = [
    '--pdeathsig',
    'KILL',
    'env',
    '-u',
    'DEBUGINFOD_URLS',
    'eu-stack',
    '-s',
    '-i',
    '-m',
    '-n',
    '32',
  ];
  const run = promisify(execFile)('setpriv', [...args, '-p', String(pid)], LIMITS);
  // It says 1 where a stack was cut off, and has told all the same.
  const said = await run.catch((error: { readonly stdout?: string; readonly stderr?: string }) => error);
  if (said.stdout) return parseStacks(said.stdout);
  return /not permitted/.test(said.stderr ?? '')
    ? 'The stack of the server may not be read: run churn as root or with the capability CAP_SYS_PTRACE.'
    : 'How the server came to that call is told by eu-stack, which is not installed: apt-get install elfutils';
}

/** What `eu-stack -s -i -m` prints: "TID 7:", "#1  0x… name - object", and below it the line of source. */
function parseStacks(text: string): Map<number, CodePlace[]> {
  const stacks = new Map<number, CodePlace[]>();
  let stack: CodePlace[] = [];
  for (const line of text.split('\n')) {
    const tid = /^TID (\d+):$/.exec(line)?.[1];
    if (tid !== undefined) {
      stack = [];
      stacks.set(Number(tid), stack);
      continue;
    }
    const frame = /^#\d+\s+(0x[0-9a-f]+)(?: - \d+)?(?:\s+(.*?))?(?: - (\/.*|\[.*))?$/.exec(line);
    if (frame) {
      const [, address = '', name, object = ''] = frame;
      const at = `${basename(object)} ${address}`.trim();
      stack.push({ function: name, file: undefined, line: undefined, object, at });
      continue;
    }
    const [, file, number] = /^\s+(\/.*?):(\d+)(?::\d+)?$/.exec(line) ?? [];
    const last = stack.pop();
    if (last) stack.push(file === undefined ? last : { ...last, file, line: Number(number) });
  }
  return stacks;
}

const INTERPRETED =
  'Its stack is that of the interpreter, so no lines are told. For Python, py-spy tells them (py-spy dump --pid PID), or faulthandler.register(signal.SIGUSR1) in the program.';
const LIMITS = { timeout: 5_000, maxBuffer: 16 * 1024 * 1024 };
const MOST_PROCESSES = 16;
const MOST_PLACES = 5;
