import { existsSync } from 'node:fs';
import { ChurnError } from '../errors.js';
import { readProcTextOrNothing } from './file.js';
import { folderOf } from './folder.js';
import { ownPid, readEnvironment, readLimits } from './process.js';

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
  return cpuMsOf('/proc/self/schedstat');
}

/** The same of the thread that asks. */
export function ownThreadCpuMs(): number {
  return cpuMsOf('/proc/thread-self/schedstat');
}

function cpuMsOf(file: string): number {
  const nanoseconds = readProcTextOrNothing(file)?.split(' ')[0];
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

/** How many tasks (processes and threads) may exist, and how many do, where the server lives. */
export interface PidsLimit {
  readonly most: number;
  readonly now: number;
}

/**
 * The tightest limit: pids.max of the process's cgroup (in either version), else the pids that the kernel has to give.
 * A zombie counts too, it keeps its pid.
 */
export function readPidsLimit(pid: number): PidsLimit | undefined {
  for (const folder of pidsFolders(readProcTextOrNothing(`${folderOf(pid)}/cgroup`) ?? '')) {
    const most = Number.parseInt(readProcTextOrNothing(`${folder}/pids.max`) ?? '', 10);
    const now = Number.parseInt(readProcTextOrNothing(`${folder}/pids.current`) ?? '', 10);
    if (most > 0 && now >= 0) return { most, now };
  }
  const most = Number(readProcTextOrNothing('/proc/sys/kernel/pid_max'));
  const now = Number(/^\S+ \S+ \S+ \d+\/(\d+)/.exec(readProcTextOrNothing('/proc/loadavg') ?? '')?.[1]);
  return most > 0 && now >= 0 ? { most, now } : undefined;
}

/**
 * Folders under /sys/fs/cgroup that may hold the pids limit of a process, from its /proc/PID/cgroup: the one of the
 * pids controller in the first version of cgroups ("8:pids:/app"), and that of the second one ("0::/app").
 */
export function pidsFolders(text: string): string[] {
  return text.split('\n').flatMap(line => {
    const [, controllers = '', path = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers.split(',').includes('pids')) return [`/sys/fs/cgroup/pids${trim(path)}`];
    return line.startsWith('0::') ? [`/sys/fs/cgroup${trim(path)}`] : [];
  });
}

function trim(path: string): string {
  return path === '/' ? '' : path;
}

/** What started this process, as far as it decides who gives it rights. */
export type Place = 'docker' | 'kubernetes' | 'systemd' | 'plain';

/**
 * Kubernetes tells its containers where its API is, docker and podman leave a file, and a process of a systemd unit has
 * that unit's cgroup (of user@1000.service a terminal has one, too).
 */
export function readPlace(): Place {
  if (readEnvironment(ownPid())['KUBERNETES_SERVICE_HOST'] !== undefined) return 'kubernetes';
  if (existsSync('/.dockerenv') || existsSync('/run/.containerenv')) return 'docker';
  return isOfUnit(readProcTextOrNothing('/proc/self/cgroup') ?? '') ? 'systemd' : 'plain';
}

/** By the text of /proc/self/cgroup: "0::/system.slice/churn.service". */
export function isOfUnit(cgroups: string): boolean {
  return /^\d+:(?:name=systemd)?:\/(?!user\.slice).*\.service$/m.test(cgroups);
}
