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
  const call = /^\d+$/.test(fields[0] ?? '') ? CALLS[architecture]?.[Number(fields[0])] : undefined;
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

type Call =
  | { readonly wait: 'forever' | 'fd' }
  | { readonly wait: 'ms' | 'timespec'; readonly argument: number };

const forever: Call = { wait: 'forever' };
const ms = (argument: number): Call => ({ wait: 'ms', argument });
const timespec = (argument: number): Call => ({ wait: 'timespec', argument });

/** By architecture as Node names it; the numbers are those of the kernel's syscall tables. */
const CALLS: Readonly<Record<string, Readonly<Record<number, Call>>>> = {
  x64: {
    0: { wait: 'fd' }, // read
    7: ms(2), // poll
    23: timespec(4), // select
    61: forever, // wait4
    72: forever, // fcntl(F_SETLKW), the accept mutex of apache
    73: forever, // flock
    202: timespec(3), // futex
    232: ms(3), // epoll_wait
    270: timespec(4), // pselect6
    271: timespec(2), // ppoll
    281: ms(3), // epoll_pwait
    441: timespec(3), // epoll_pwait2
  },
  arm64: {
    22: ms(3), // epoll_pwait
    63: { wait: 'fd' }, // read
    72: timespec(4), // pselect6
    73: timespec(2), // ppoll
    98: timespec(3), // futex
    260: forever, // wait4
    441: timespec(3), // epoll_pwait2
  },
};
