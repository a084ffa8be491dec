import { closeSync, constants, openSync, readlinkSync, readSync } from 'node:fs';
import { uptime } from 'node:os';
import { hrtime } from 'node:process';

/** Now, on the clock of the kernel's log. */
export function kernelLogClockUs(): number {
  return Number(hrtime.bigint() / 1_000n);
}

/**
 * Deaths that the kernel has logged since then; none where its log may not be read (kernel.dmesg_restrict, a container),
 * or where pids are others than ours. 50 ms at most for a log of 128 KiB, so it is asked only when somebody has died.
 */
export function readLoggedDeaths(sinceUs: number): readonly LoggedDeath[] {
  // The clock of the log is not corrected, ours by 0.05 % at most.
  const fromUs = sinceUs - 1_000_000 - uptime() * 500;
  return readRecords().flatMap(record => {
    const death = parseLoggedDeath(record);
    return death && death.atUs >= fromUs ? [death] : [];
  });
}

/** Each read(2) answers one record, and EAGAIN when there is none left. */
function readRecords(): string[] {
  const records: string[] = [];
  let fd: number | undefined;
  try {
    if (readlinkSync('/proc/self/ns/pid') !== INITIAL_PID_NAMESPACE) return [];
    fd = openSync('/dev/kmsg', constants.O_RDONLY | constants.O_NONBLOCK);
    const buffer = Buffer.allocUnsafe(MAX_RECORD_BYTES);
    for (let reads = 0; reads < MAX_READS; reads++) {
      try {
        const size = readSync(fd, buffer);
        if (size === 0) break;
        records.push(buffer.toString('latin1', 0, size));
      } catch (error) {
        // EPIPE: the next one was overwritten meanwhile, and the one after it is read.
        if ((error as NodeJS.ErrnoException).code !== 'EPIPE') break;
      }
    }
  } catch {
    // Not for us to read.
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
  return records;
}

/** PROC_PID_INIT_INO: the pids in the log are those of this namespace. */
const INITIAL_PID_NAMESPACE = 'pid:[4026531836]';
const MAX_RECORD_BYTES = 8_192;
const MAX_READS = 100_000;

/** A process whose death the kernel wrote into its log. */
interface LoggedDeath {
  readonly pid: number;
  readonly signal: number;
  /** The line without its time. */
  readonly said: string;
  /** On the clock of the log, which starts with the machine. */
  readonly atUs: number;
}

/**
 * One record of /dev/kmsg: "6,341,28264278969,-;server[23833]: segfault at 0 ip …". Only signals that a process did not
 * handle are logged. The number is that of the thread, which is the pid where it was the first one; the audit log has
 * the pid in any case.
 */
export function parseLoggedDeath(record: string): LoggedDeath | undefined {
  const [, time, line = ''] = /^\d+,\d+,(\d+),[^;]*;([^\n]*)/.exec(record) ?? [];
  if (time === undefined) return undefined;
  for (const { pattern, signal } of DEATHS) {
    const found = pattern.exec(line);
    if (!found) continue;
    const [said, pid, number] = found;
    const by = signal ?? Number(number);
    return { pid: Number(pid), signal: by, said, atUs: Number(time) };
  }
  return undefined;
}

const [SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGKILL, SIGSEGV] = [4, 5, 7, 8, 9, 11];

const DEATHS: ReadonlyArray<{ readonly pattern: RegExp; readonly signal?: number }> = [
  { pattern: /\S.*?\[(\d+)\]: segfault at .*/, signal: SIGSEGV },
  { pattern: /traps: .*?\[(\d+)\] trap divide error .*/, signal: SIGFPE },
  { pattern: /traps: .*?\[(\d+)\] trap invalid opcode .*/, signal: SIGILL },
  { pattern: /traps: .*?\[(\d+)\] trap (?:int3|debug) .*/, signal: SIGTRAP },
  { pattern: /traps: .*?\[(\d+)\] trap (?:stack segment|alignment check) .*/, signal: SIGBUS },
  { pattern: /traps: .*?\[(\d+)\] (?:general protection|trap) .*/, signal: SIGSEGV },
  // ARM and RISC-V.
  { pattern: /\S.*?\[(\d+)\]: unhandled [^(]*\((\d+)\).*/ },
  { pattern: /\S.*?\[(\d+)\]: unhandled signal (\d+) .*/ },
  { pattern: /[Oo]ut of memory.*?: Kill(?:ed)? process (\d+) .*/, signal: SIGKILL },
  { pattern: /oom-kill:.*,pid=(\d+),.*/, signal: SIGKILL },
  { pattern: /audit: type=1701 .*? pid=(\d+) .*? sig=(\d+).*/ },
];
