/** The fields of /proc/PID/stat that this tool uses; see proc_pid_stat(5). */
export interface ProcessStat {
  readonly pid: number;
  readonly comm: string;
  /** R running, S sleeping, D disk sleep, Z zombie, T stopped. */
  readonly state: string;
  readonly parentPid: number;
  readonly processGroup: number;
  readonly session: number;
  readonly cpuTicks: number;
  /** CPU time of children that have exited and were waited for, and of theirs. */
  readonly childCpuTicks: number;
  /** Page faults, in a process those of all its threads, also of those that have ended. */
  readonly faults: number;
  /** Page faults of children that have exited and were waited for: every one of them made some. */
  readonly childFaults: number;
  /** Those that live, and the first one also when it has ended before the others. */
  readonly threads: number;
  /** Field 22: since boot. With the pid it is the identity of a process, as pids are reused. */
  readonly startTicks: number;
  /**
   * Where its program and its stack were put by execve(2). A fork keeps both; a program that is executed gets places
   * drawn by lot. undefined for who may not trace it, and for a zombie.
   */
  readonly image?: string | undefined;
  /** Of a zombie, as wait(2) will tell it: the signal in the lowest seven bits, else the status above eight. */
  readonly exitCode: number;
}

/** Fields are counted after the last ")": a command name may itself hold spaces and parentheses. */
export function parseProcessStat(text: string): ProcessStat | undefined {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 0 || close < open) return undefined;
  const fields = text.slice(close + 2).split(' ');
  const number = (field: number) => Number(fields[field - 3] ?? Number.NaN);
  const [code = '0', stack = '0'] = [fields[26 - 3], fields[28 - 3]];
  return {
    pid: Number.parseInt(text, 10),
    comm: text.slice(open + 1, close),
    state: fields[0] ?? '?',
    parentPid: number(4),
    processGroup: number(5),
    session: number(6),
    cpuTicks: number(14) + number(15),
    childCpuTicks: number(16) + number(17),
    faults: number(10),
    childFaults: number(11) + number(13),
    threads: number(20),
    startTicks: number(22),
    image: stack === '0' ? undefined : `${code}:${stack}`,
    exitCode: Number(fields[52 - 3] ?? 0),
  };
}
