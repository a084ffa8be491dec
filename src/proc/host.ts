import { existsSync } from 'node:fs';
import { ChurnError } from '../errors.js';
import { readProcTextOrNothing } from './file.js';

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
