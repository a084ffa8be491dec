/** How a process has ended: by a signal, or with a status. Neither: only its parent was told. */
export interface HowItEnded {
  readonly signal?: string | undefined;
  readonly status?: number | undefined;
}

/** "signal SIGSEGV (it touched memory that is not its own)", "exit status 1". */
export function exitWords({ signal, status }: HowItEnded): string {
  if (signal !== undefined) {
    const meaning = MEANINGS[signal];
    return `signal ${signal}${meaning === undefined ? '' : ` (${meaning})`}`;
  }
  if (status === undefined) return 'how, only its parent was told';
  const inner = status > 128 && status < 160 ? SIGNALS[status - 128] : undefined;
  return `exit status ${status}${inner === undefined ? '' : ` (a shell says that of ${inner})`}`;
}

/** Name of a signal by its number, as on x86 and ARM. */
export function signalName(number: number): string {
  return SIGNALS[number] ?? `signal ${number}`;
}

/** Whether a process gets that signal for a fault of its own. */
export function isCrash(signal: string | undefined): boolean {
  return signal !== undefined && /^SIG(ILL|TRAP|ABRT|BUS|FPE|SEGV|SYS)$/.test(signal);
}

const SIGNALS: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  4: 'SIGILL',
  5: 'SIGTRAP',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  10: 'SIGUSR1',
  11: 'SIGSEGV',
  12: 'SIGUSR2',
  13: 'SIGPIPE',
  14: 'SIGALRM',
  15: 'SIGTERM',
  24: 'SIGXCPU',
  25: 'SIGXFSZ',
  31: 'SIGSYS',
};

const MEANINGS: Readonly<Record<string, string>> = {
  SIGABRT: 'abort(), a failed assert(), or a broken heap',
  SIGBUS: 'memory that a file does not back any more',
  SIGFPE: 'a division by zero',
  SIGILL: 'an instruction that does not exist',
  SIGKILL: 'somebody killed it, perhaps the kernel for lack of memory',
  SIGPIPE: 'it wrote to a client that had gone',
  SIGSEGV: 'it touched memory that is not its own',
  SIGSYS: 'a forbidden system call',
  SIGXFSZ: 'a file grew over its limit',
};
