import { existsSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { missingBecause, ProcFile, readProcTextOrNothing } from './file.js';
import { findLivingThread, folderOf, forgetLivingThread } from './folder.js';
import { countMappings, type MappingCounts } from './parse/mappings.js';
import { type ProcessStat, parseProcessStat } from './parse/process-stat.js';

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
  const stat = text === undefined ? undefined : parseProcessStat(text);
  if (stat?.state === 'Z' && stat.threads > 1) return { ...stat, ...findLivingThread(pid) };
  forgetLivingThread(pid);
  return stat;
}

/** How long ago a process was started that began at this tick of the machine's life. */
export function ageOf(startTicks: number): number {
  const uptimeMs = Number.parseFloat(readProcTextOrNothing('/proc/uptime') ?? '0') * 1_000;
  return Math.max(0, Math.round(uptimeMs - startTicks * MS_OF_TICK));
}

/** USER_HZ, which is 100 wherever Node runs. */
const MS_OF_TICK = 10;

/** Page faults of the first thread alone. */
export function readMainThreadFaults(pid: number): number | undefined {
  return parseProcessStat(readProcTextOrNothing(`/proc/${pid}/task/${pid}/stat`) ?? '')?.faults;
}

export function readStatus(pid: number): ProcessStatus | undefined {
  const text = readProcTextOrNothing(`${folderOf(pid)}/status`);
  return text === undefined ? undefined : parseProcessStatus(text);
}

/** The status of a process kept open, for reading it again and again. @throws when the process is gone. */
export function openStatus(pid: number): ProcFile {
  return new ProcFile(`${folderOf(pid)}/status`);
}

export function readLimits(pid: number): ProcessLimits {
  return parseLimits(readProcTextOrNothing(`/proc/${pid}/limits`) ?? '');
}

/** The arguments as they were given; a process that renamed itself (nginx) has one long one. Empty when gone. */
export function readCommand(pid: number): string[] {
  const text = readProcTextOrNothing(`${folderOf(pid)}/cmdline`) ?? '';
  return text.replace(/\0+$/, '').split('\0');
}

/** "curl", by the name that it was called by. */
export function programName(pid: number): string {
  return (readCommand(pid)[0] ?? '').split('/').at(-1) ?? '';
}

/** Device and inode of the program that runs, so that two processes can be told to run the same one. */
export function readExecutable(pid: number): string | undefined {
  try {
    const { dev, ino } = statSync(`${folderOf(pid)}/exe`);
    return `${dev}:${ino}`;
  } catch (error) {
    missingBecause(error);
    return undefined;
  }
}

/** Path of the program that runs, without the mark of a deleted file; undefined when it may not be read. */
export function readProgramPath(pid: number): string | undefined {
  try {
    return readlinkSync(`${folderOf(pid)}/exe`).replace(/ \(deleted\)$/, '');
  } catch (error) {
    missingBecause(error);
    return undefined;
  }
}

/**
 * Where a program or library that a process has mapped can be opened from here: also one of another mount namespace, and
 * the program itself when it was replaced by a newer build.
 */
export function openableImage(pid: number, path: string): string {
  const file = path.replace(/ \(deleted\)$/, '');
  if (path !== file && file === readProgramPath(pid)) return `/proc/${pid}/exe`;
  return existsSync(`/proc/${pid}/root${file}`) ? `/proc/${pid}/root${file}` : file;
}

/** Where relative paths of a process begin; undefined when it may not be read. */
export function readWorkingFolder(pid: number): string | undefined {
  try {
    return readlinkSync(`${folderOf(pid)}/cwd`);
  } catch (error) {
    missingBecause(error);
    return undefined;
  }
}

/** What a process calls itself: its pid in the innermost pid namespace that it is in. */
export function readOwnName(pid: number): number {
  const names = /^NSpid:\s+(.*)$/m.exec(readProcTextOrNothing(`${folderOf(pid)}/status`) ?? '')?.[1];
  return Number(names?.split(/\s+/).at(-1) ?? pid);
}

/** Where a process writes its errors: device and inode, and its path if that is a file; undefined where it cannot be told. */
export function readStderr(
  pid: number,
): { readonly file: string; readonly path: string | undefined } | undefined {
  try {
    const path = `${folderOf(pid)}/fd/2`;
    const stat = statSync(path);
    return { file: `${stat.dev}:${stat.ino}`, path: stat.isFile() ? readlinkSync(path) : undefined };
  } catch (error) {
    missingBecause(error);
    return undefined;
  }
}

/** The network namespace of a process as "net:[4026531840]"; undefined when it may not be read. */
export function readNetNamespace(pid: number | 'self'): string | undefined {
  try {
    return readlinkSync(`${folderOf(pid)}/ns/net`);
  } catch (error) {
    missingBecause(error);
    return undefined;
  }
}

/** Mappings of a process; undefined when they may not be read. */
export function readMappings(pid: number): MappingCounts | undefined {
  const maps = readProcTextOrNothing(`${folderOf(pid)}/maps`);
  return maps === undefined ? undefined : countMappings(maps, availableParallelism());
}

/** Whether a process has a handler of its own for a signal, by the signal's number. */
export function isCaught(pid: number, signal: number): boolean {
  const caught =
    /^SigCgt:\s+([0-9a-f]+)/m.exec(readProcTextOrNothing(`${folderOf(pid)}/status`) ?? '')?.[1] ?? '0';
  return ((BigInt(`0x${caught}`) >> BigInt(signal - 1)) & 1n) === 1n;
}

function isNumber(name: string): boolean {
  const code = name.charCodeAt(0);
  return code >= 48 && code <= 57;
}

/** Soft limits of /proc/PID/limits; undefined is "unlimited". */
export interface ProcessLimits {
  readonly openFiles: number | undefined;
  readonly processes: number | undefined;
}

export function parseLimits(text: string): ProcessLimits {
  const soft = (name: string) => {
    const value = new RegExp(`^${name}\\s+(\\S+)`, 'm').exec(text)?.[1];
    return value === undefined || value === 'unlimited' ? undefined : Number(value);
  };
  return { openFiles: soft('Max open files'), processes: soft('Max processes') };
}

/** The fields of /proc/PID/status that this tool uses. Absent for a kernel thread or a zombie, which have no memory. */
export interface ProcessStatus {
  readonly uid: number;
  readonly threads: number;
  /** RssAnon + VmSwap: private memory, wherever it lies now. */
  readonly anonBytes: number | undefined;
  readonly shmemBytes: number | undefined;
  readonly rssBytes: number | undefined;
  /** Times that the main thread went to sleep by itself. */
  readonly sleeps: number;
}

export function parseProcessStatus(text: string): ProcessStatus {
  const kib = (name: string) => {
    const match = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text);
    return match ? Number(match[1]) * 1024 : undefined;
  };
  const anon = kib('RssAnon');
  return {
    uid: Number(/^Uid:\s+(\d+)/m.exec(text)?.[1] ?? Number.NaN),
    threads: Number(/^Threads:\s+(\d+)/m.exec(text)?.[1] ?? 0),
    anonBytes: anon === undefined ? undefined : anon + (kib('VmSwap') ?? 0),
    shmemBytes: kib('RssShmem'),
    rssBytes: kib('VmRSS'),
    sleeps: Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(text)?.[1] ?? 0),
  };
}

/**
 * Whether a process was started with `NAME=value` in its environment. Children inherit that, also those that have left
 * group and session. A program that writes its title over its environment (nginx) cannot be told by it.
 */
export function hasInEnvironment(pid: number, assignment: string): boolean {
  const text = readProcTextOrNothing(`${folderOf(pid)}/environ`);
  return text !== undefined && `\0${text}`.includes(`\0${assignment}\0`);
}

/** The environment that a process was started with, as far as it may be read and has not been written over. */
export function readEnvironment(pid: number): Readonly<Record<string, string>> {
  const text = readProcTextOrNothing(`${folderOf(pid)}/environ`) ?? '';
  const pairs = text.split('\0').flatMap(pair => {
    const at = pair.indexOf('=');
    return at > 0
      ? [[pair.slice(0, at), Buffer.from(pair.slice(at + 1), 'latin1').toString('utf8')] as const]
      : [];
  });
  return Object.fromEntries(pairs);
}
