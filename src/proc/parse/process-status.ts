/** The fields of /proc/PID/status that this tool uses. Absent for a kernel thread or a zombie, which have no memory. */
export interface ProcessStatus {
  readonly uid: number;
  readonly threads: number;
  /** RssAnon + VmSwap: private memory, wherever it lies now. */
  readonly anonBytes: number | undefined;
  readonly shmemBytes: number | undefined;
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
    sleeps: Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(text)?.[1] ?? 0),
  };
}
