import { readdirSync, readlinkSync, statSync } from 'node:fs';
import { arch } from 'node:os';
import { missingBecause, ProcFile, readProcText, readProcTextOrNothing } from './file.js';
import { type ProcessLimits, parseLimits } from './parse/limits.js';
import { type ProcessStat, parseProcessStat } from './parse/process-stat.js';
import { type ProcessStatus, parseProcessStatus } from './parse/process-status.js';
import { parseCallName, parseSleep, type Sleep } from './parse/syscall.js';

/** This process. */
export function ownPid(): number {
  return Number(readlinkSync('/proc/self'));
}

/** The program that runs this process: Node. */
export function ownProgramPath(): string {
  return readlinkSync('/proc/self/exe');
}

/** Every pid of the machine, as far as this process sees it. */
export function listPids(): number[] {
  return readdirSync('/proc').filter(isNumber).map(Number);
}

export function readStat(pid: number): ProcessStat | undefined {
  const text = readProcTextOrNothing(`/proc/${pid}/stat`);
  return text === undefined ? undefined : parseProcessStat(text);
}

/** Page faults of the first thread alone. */
export function readMainThreadFaults(pid: number): number | undefined {
  return parseProcessStat(readProcTextOrNothing(`/proc/${pid}/task/${pid}/stat`) ?? '')?.faults;
}

export function readStatus(pid: number): ProcessStatus | undefined {
  const text = readProcTextOrNothing(`/proc/${pid}/status`);
  return text === undefined ? undefined : parseProcessStatus(text);
}

/** The status of a process kept open, for reading it again and again. @throws when the process is gone. */
export function openStatus(pid: number): ProcFile {
  return new ProcFile(`/proc/${pid}/status`);
}

export function readLimits(pid: number): ProcessLimits {
  return parseLimits(readProcTextOrNothing(`/proc/${pid}/limits`) ?? '');
}

/** The arguments as they were given; a process that renamed itself (nginx) has one long one. Empty when gone. */
export function readCommand(pid: number): string[] {
  const text = readProcTextOrNothing(`/proc/${pid}/cmdline`) ?? '';
  return text.replace(/\0+$/, '').split('\0');
}

/** "curl", by the name that it was called by. */
export function programName(pid: number): string {
  return (readCommand(pid)[0] ?? '').split('/').at(-1) ?? '';
}

/** Device and inode of the program that runs, so that two processes can be told to run the same one. */
export function readExecutable(pid: number): string | undefined {
  try {
    const { dev, ino } = statSync(`/proc/${pid}/exe`);
    return `${dev}:${ino}`;
  } catch (error) {
    missingBecause(error);
    return undefined;
  }
}

/** Path of the program that runs, without the mark of a deleted file; undefined when it may not be read. */
export function readProgramPath(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, '');
  } catch (error) {
    missingBecause(error);
    return undefined;
  }
}

/** The network namespace of a process as "net:[4026531840]"; undefined when it may not be read. */
export function readNetNamespace(pid: number | 'self'): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch (error) {
    missingBecause(error);
    return undefined;
  }
}

/** Mappings of a process, one a line of its maps; undefined when they may not be read. */
export function countMappings(pid: number): number | undefined {
  const text = readProcTextOrNothing(`/proc/${pid}/maps`);
  if (text === undefined) return undefined;
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** The waits of all threads of a process, undefined for each one that may wake by itself at a time we cannot know. */
export function readSleeps(pid: number): ReadonlyArray<Sleep | undefined> {
  const calls = readCalls(pid);
  return calls.length === 0
    ? [undefined]
    : calls.map(text => (text === undefined ? undefined : parseSleep(text, arch())));
}

/** Names of the calls that the threads of a process are blocked in, as far as they may be read. */
export function readCallNames(pid: number): string[] {
  return readCalls(pid).flatMap(text => (text === undefined ? [] : (parseCallName(text, arch()) ?? [])));
}

/** /proc/PID/task/TID/syscall of each thread: undefined where it may not be read, none when the process is gone. */
function readCalls(pid: number): (string | undefined)[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(thread => {
      const read = readProcText(`/proc/${pid}/task/${thread}/syscall`);
      return 'text' in read ? read.text : undefined;
    });
  } catch (error) {
    missingBecause(error);
    return [];
  }
}

/** Whether a process has set itself an alarm that would wake it: a POSIX timer, or a handler for SIGALRM. */
export function mayHaveAlarm(pid: number): boolean {
  const timers = readProcTextOrNothing(`/proc/${pid}/timers`);
  const caught = /^SigCgt:\s+([0-9a-f]+)/m.exec(readProcTextOrNothing(`/proc/${pid}/status`) ?? '')?.[1];
  if (timers === undefined || caught === undefined) return true;
  const SIGALRM = 14n;
  return timers !== '' || ((BigInt(`0x${caught}`) >> (SIGALRM - 1n)) & 1n) === 1n;
}

/** Whether a timerfd will fire: the it_value of its fdinfo is not zero. */
export function isArmed(pid: number, timerfd: number): boolean {
  const text = readProcTextOrNothing(`/proc/${pid}/fdinfo/${timerfd}`) ?? '';
  return !/^it_value: \(0, 0\)$/m.test(text);
}

function isNumber(name: string): boolean {
  const code = name.charCodeAt(0);
  return code >= 48 && code <= 57;
}
