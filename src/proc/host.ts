import { existsSync } from 'node:fs';
import { ChurnError } from '../errors.js';
import { readProcTextOrNothing } from './file.js';
import { ownPid, readLimits } from './process.js';

/** What this machine is and allows, for the report and for advice. */
export interface HostFacts {
  readonly kernel: string;
  /** First and last local port that connect(2) picks by itself. */
  readonly ephemeralPorts: readonly [number, number];
  readonly maxMapCount: number | undefined;
}

export function readHostFacts(): HostFacts {
  const range = (readProcTextOrNothing('/proc/sys/net/ipv4/ip_local_port_range') ?? '32768 60999')
    .trim()
    .split(/\s+/);
  const maxMapCount = readProcTextOrNothing('/proc/sys/vm/max_map_count');
  return {
    kernel: (readProcTextOrNothing('/proc/sys/kernel/osrelease') ?? 'unknown').trim(),
    ephemeralPorts: [Number(range[0]), Number(range[1])],
    maxMapCount: maxMapCount === undefined ? undefined : Number(maxMapCount),
  };
}

/** How long a port of ours stays in FIN_WAIT2 when the other side does not close. */
export function readFinTimeoutMs(): number {
  const seconds = Number(readProcTextOrNothing('/proc/sys/net/ipv4/tcp_fin_timeout'));
  return 1_000 * (seconds > 0 ? seconds : 60);
}

/** @throws ChurnError where there is no Linux /proc: without it nothing that a server holds can be seen. */
export function requireProc(root = '/proc'): void {
  if (existsSync(`${root}/self/fd`) && existsSync(`${root}/net/tcp`)) return;
  throw new ChurnError(
    'unsupported-platform',
    `churn reads what a server holds from Linux's ${root}, and there is none here.`,
    'Run churn on Linux, or in the Linux container or virtual machine where the server runs. `churn render`, `churn explain` and `--help` work everywhere.',
  );
}

/** Time that the main thread of this process has had a CPU, in milliseconds: the first field of schedstat. */
export function ownCpuMs(): number {
  const nanoseconds = readProcTextOrNothing('/proc/self/schedstat')?.split(' ')[0];
  return nanoseconds === undefined ? 0 : Number(nanoseconds) / 1e6;
}

/** Whether rights that this process has, root's too, end at a user namespace, as in a container without root. */
export function isInUserNamespace(): boolean {
  const map = readProcTextOrNothing('/proc/self/uid_map');
  return map !== undefined && map.trim().split(/\s+/).join(' ') !== '0 0 4294967295';
}

/** How many descriptors this process may have; undefined is without limit. Node has raised it to the hard limit. */
export function ownFdLimit(): number | undefined {
  return readLimits(ownPid()).openFiles;
}
