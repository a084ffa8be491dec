/** What a sleeping thread waits for. */
export interface Sleep {
  /** How long it will sleep if nothing happens to it; Infinity when the call has no timeout. */
  readonly timeoutMs: number;
  /** The descriptor that a plain read waits on. On a socket it may end early: SO_RCVTIMEO is not to be seen from outside. */
  readonly readsFd: number | undefined;
}

/**
 * Reads /proc/PID/task/TID/syscall: the number of the call that a thread is blocked in, and its six arguments.
 * undefined: the thread runs, the call is not one of those below, or its timeout lies in the thread's own memory.
 * accept(2), recv(2) and pause(2) are left out on purpose: SO_RCVTIMEO and alarm(2) would end them unseen.
 */
export function parseSleep(text: string, architecture: string): Sleep | undefined {
  const fields = text.trim().split(' ');
  const call = callOf(fields, architecture);
  const argument = (index: number) => BigInt(fields[index + 1] ?? '0');
  switch (call?.wait) {
    case 'forever':
      return { timeoutMs: Number.POSITIVE_INFINITY, readsFd: undefined };
    case 'fd':
      return { timeoutMs: Number.POSITIVE_INFINITY, readsFd: Number(argument(0)) };
    case 'ms': {
      const timeoutMs = Number(BigInt.asIntN(32, argument(call.argument)));
      return { timeoutMs: timeoutMs < 0 ? Number.POSITIVE_INFINITY : timeoutMs, readsFd: undefined };
    }
    case 'timespec':
      return argument(call.argument) === 0n
        ? { timeoutMs: Number.POSITIVE_INFINITY, readsFd: undefined }
        : undefined;
    default:
      return undefined;
  }
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
  | { readonly wait: 'ms' | 'timespec'; readonly argument: number }
);

const plain = (name: string): Call => ({ name, wait: 'unknown' });
const forever = (name: string): Call => ({ name, wait: 'forever' });
const ms = (name: string, argument: number): Call => ({ name, wait: 'ms', argument });
const timespec = (name: string, argument: number): Call => ({ name, wait: 'timespec', argument });

/** By architecture as Node names it; the numbers are those of the kernel's syscall tables. */
const CALLS: Readonly<Record<string, Readonly<Record<number, Call>>>> = {
  x64: {
    0: { name: 'read', wait: 'fd' },
    7: ms('poll', 2),
    23: timespec('select', 4),
    43: plain('accept'),
    45: plain('recvfrom'),
    47: plain('recvmsg'),
    61: forever('wait4'),
    72: forever('fcntl'), // F_SETLKW, the accept mutex of apache
    73: forever('flock'),
    202: timespec('futex', 3),
    232: ms('epoll_wait', 3),
    270: timespec('pselect6', 4),
    271: timespec('ppoll', 2),
    281: ms('epoll_pwait', 3),
    288: plain('accept4'),
    426: plain('io_uring_enter'),
    441: timespec('epoll_pwait2', 3),
  },
  arm64: {
    22: ms('epoll_pwait', 3),
    63: { name: 'read', wait: 'fd' },
    72: timespec('pselect6', 4),
    73: timespec('ppoll', 2),
    98: timespec('futex', 3),
    202: plain('accept'),
    207: plain('recvfrom'),
    212: plain('recvmsg'),
    242: plain('accept4'),
    260: forever('wait4'),
    426: plain('io_uring_enter'),
    441: timespec('epoll_pwait2', 3),
  },
};
