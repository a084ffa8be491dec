/** What a sleeping thread waits for. */
export type Sleep = {
  /** Name of the call, as "epoll_wait". */
  readonly call: string;
} & (
  | { readonly until: 'event' }
  /** On a socket SO_RCVTIMEO may end it, which is not to be seen from outside. */
  | { readonly until: 'data'; readonly fd: number }
  /** At most so long after it began; of how many descriptors, where the call says so. */
  | { readonly until: 'timeout'; readonly timeoutMs: number; readonly watches?: number }
  /** What it says stands in the thread's own memory. */
  | ({ readonly until: 'time' } & TimeInMemory)
);

export interface TimeInMemory {
  readonly address: number;
  readonly unit: 'timespec' | 'timeval';
  /** A moment of this clock; undefined: a span from the beginning of the call. */
  readonly clock: 'monotonic' | 'realtime' | undefined;
}

/**
 * Reads /proc/PID/task/TID/syscall: the number of the call that a thread is blocked in, and its six arguments.
 * undefined: the thread runs, or may wake for a reason that its call does not tell.
 */
export function parseSleep(text: string, architecture: string): Sleep | undefined {
  const fields = text.trim().split(' ');
  const found = callOf(fields, architecture);
  if (!found) return undefined;
  const argument = (index: number) => BigInt(fields[index + 1] ?? '0');
  const { name: call } = found;
  switch (found.wait) {
    case 'forever':
      return { call, until: 'event' };
    case 'fd':
      return { call, until: 'data', fd: Number(BigInt.asIntN(32, argument(0))) };
    case 'ms': {
      const timeoutMs = Number(BigInt.asIntN(32, argument(found.argument)));
      if (timeoutMs < 0) return { call, until: 'event' };
      return { call, until: 'timeout', timeoutMs, ...(call === 'poll' && { watches: Number(argument(1)) }) };
    }
    case 'time': {
      const address = Number(argument(found.argument));
      if (address === 0) return { call, until: 'event' };
      const unit = call === 'select' ? 'timeval' : 'timespec';
      return { call, until: 'time', address, unit, clock: clockOf(call, argument) };
    }
    case 'unknown':
      return undefined;
  }
}

/** Of which clock a time is a moment; most calls take a span. */
function clockOf(call: string, argument: (index: number) => bigint): TimeInMemory['clock'] {
  switch (call) {
    case 'futex': {
      const operation = Number(argument(1) & 0x7fn);
      if (operation === FUTEX_WAIT) return undefined;
      const isRealtime = operation === FUTEX_LOCK_PI || (argument(1) & FUTEX_CLOCK_REALTIME) !== 0n;
      return isRealtime ? 'realtime' : 'monotonic';
    }
    case 'clock_nanosleep':
      if ((argument(1) & TIMER_ABSTIME) === 0n) return undefined;
      return argument(0) === 0n ? 'realtime' : 'monotonic';
    case 'futex_waitv':
      return argument(4) === 0n ? 'realtime' : 'monotonic';
    case 'mq_timedreceive':
      return 'realtime';
    default:
      return undefined;
  }
}

const FUTEX_WAIT = 0;
const FUTEX_LOCK_PI = 6;
const FUTEX_CLOCK_REALTIME = 256n;
const TIMER_ABSTIME = 1n;

/** How many entries a thread that sleeps in poll(2) or ppoll(2) waits for; undefined in every other call. */
export function parsePollEntries(text: string, architecture: string): number | undefined {
  const fields = text.trim().split(' ');
  const name = callOf(fields, architecture)?.name;
  return name === 'poll' || name === 'ppoll'
    ? Number(BigInt.asUintN(32, BigInt(fields[2] ?? '0')))
    : undefined;
}

/** Name of the call that a thread is blocked in; undefined while it runs, and for a call that no server waits in. */
export function parseCallName(text: string, architecture: string): string | undefined {
  return callOf(text.trim().split(' '), architecture)?.name;
}

function callOf([number = '']: readonly string[], architecture: string): Call | undefined {
  return /^\d+$/.test(number) ? CALLS[architecture]?.[Number(number)] : undefined;
}

type Call = { readonly name: string } & (
  | { readonly wait: 'forever' | 'fd' | 'unknown' }
  | { readonly wait: 'ms' | 'time'; readonly argument: number }
);

const plain = (name: string): Call => ({ name, wait: 'unknown' });
const forever = (name: string): Call => ({ name, wait: 'forever' });
const data = (name: string): Call => ({ name, wait: 'fd' });
const ms = (name: string, argument: number): Call => ({ name, wait: 'ms', argument });
const time = (name: string, argument: number): Call => ({ name, wait: 'time', argument });

/**
 * By architecture as Node names it; the numbers are those of the kernel's syscall tables. A pause(2) is ended by
 * signals alone, and who sets himself an alarm is found elsewhere. io_uring has its timeouts in its queue.
 */
const CALLS: Readonly<Record<string, Readonly<Record<number, Call>>>> = {
  x64: {
    0: data('read'),
    1: plain('write'), // to a pipe or a client that nobody reads
    7: ms('poll', 2),
    23: time('select', 4),
    34: forever('pause'),
    35: time('nanosleep', 0),
    42: plain('connect'),
    43: data('accept'),
    44: plain('sendto'),
    45: data('recvfrom'),
    46: plain('sendmsg'),
    47: data('recvmsg'),
    61: forever('wait4'),
    65: forever('semop'),
    70: forever('msgrcv'),
    72: forever('fcntl'), // F_SETLKW, the accept mutex of apache
    73: forever('flock'),
    128: time('rt_sigtimedwait', 2),
    130: forever('rt_sigsuspend'),
    202: time('futex', 3),
    208: time('io_getevents', 4),
    220: time('semtimedop', 3),
    230: time('clock_nanosleep', 2),
    232: ms('epoll_wait', 3),
    243: time('mq_timedreceive', 4),
    247: forever('waitid'),
    270: time('pselect6', 4),
    271: time('ppoll', 2),
    281: ms('epoll_pwait', 3),
    288: data('accept4'),
    299: data('recvmmsg'),
    426: plain('io_uring_enter'),
    441: time('epoll_pwait2', 3),
    449: time('futex_waitv', 3),
  },
  arm64: {
    4: time('io_getevents', 4),
    22: ms('epoll_pwait', 3),
    63: data('read'),
    64: plain('write'),
    72: time('pselect6', 4),
    73: time('ppoll', 2),
    95: forever('waitid'),
    98: time('futex', 3),
    101: time('nanosleep', 0),
    115: time('clock_nanosleep', 2),
    133: forever('rt_sigsuspend'),
    137: time('rt_sigtimedwait', 2),
    183: time('mq_timedreceive', 4),
    192: time('semtimedop', 3),
    202: data('accept'),
    203: plain('connect'),
    206: plain('sendto'),
    207: data('recvfrom'),
    211: plain('sendmsg'),
    212: data('recvmsg'),
    242: data('accept4'),
    243: data('recvmmsg'),
    260: forever('wait4'),
    426: plain('io_uring_enter'),
    441: time('epoll_pwait2', 3),
    449: time('futex_waitv', 3),
  },
};
