import { ChurnError } from '../errors.js';
import { findInodes, mayReadFds } from '../proc/fds.js';
import { isInUserNamespace, type Place, readPlace } from '../proc/host.js';
import type { ProcessStat } from '../proc/parse/process-stat.js';
import { ownPid, readStat, readStatus } from '../proc/process.js';
import { descendants, readProcessTable } from '../proc/tree.js';
import type { Listener } from './listener.js';
import { type Endpoint, formatEndpoint } from './target.js';

/** A process that was named must live. */
export function requireProcess(pid: number): ProcessStat {
  const stat = readStat(pid);
  if (stat && stat.state !== 'Z') return stat;
  throw new ChurnError(
    'no-such-process',
    stat ? `Process ${pid} has exited and only waits to be reaped.` : `There is no process ${pid}.`,
    'Leave out --pid to find the server by its port, or look the pid up again: ss -ltnp',
  );
}

/** A process may be judged for a port that it, or something below it, listens on. */
export function requireServing(
  given: readonly ProcessStat[],
  listeners: readonly Listener[],
  endpoint: Endpoint,
): void {
  const inodes = new Set(listeners.map(listener => listener.inode));
  const tree = descendants(
    readProcessTable(),
    given.map(({ pid }) => pid),
  );
  const serves = tree.some(({ pid }) => {
    const found = findInodes(pid, inodes);
    return typeof found !== 'string' && found.size > 0;
  });
  const denied = tree.some(({ pid }) => !mayReadFds(pid));
  if (serves) return;
  const where = formatEndpoint(endpoint);
  if (denied) throw permissionError(where, `What process ${given[0]?.pid} holds may not be read.`);
  throw new ChurnError(
    'not-the-server',
    `Process ${given.map(({ pid }) => pid).join(', ')} does not listen on ${where}.`,
    'Leave out --pid to find the server by its port, or add --behind-proxy when a proxy listens in front of it.',
  );
}

/** A half-seen server must not be judged. */
export function requireReadable(roots: readonly ProcessStat[], endpoint: Endpoint): void {
  const tree = descendants(
    readProcessTable(),
    roots.map(({ pid }) => pid),
  );
  const hidden = tree.filter(({ pid, state }) => state !== 'Z' && !mayReadFds(pid));
  if (hidden.length === 0) return;
  throw permissionError(
    formatEndpoint(endpoint),
    `The descriptors of process ${hidden.map(({ pid, comm }) => `${pid} (${comm})`).join(', ')} may not be read.`,
  );
}

/** What may not be read, what is not seen without it, and how to be allowed to. */
export function permissionError(where: string, sentence: string): ChurnError {
  return new ChurnError(
    'permission',
    `${sentence} So what the server holds cannot be seen: neither its descriptors nor its memory.`,
    `${wayToRights(where)} Its own numbers can be judged without that: --allow-remote --gauge URL.`,
  );
}

function wayToRights(where: string): string {
  if (isInUserNamespace()) {
    return 'The rights of this container end at its own user namespace: run churn outside of it with sudo, or in the container of the server.';
  }
  return `${rightsIn(readPlace(), readStatus(ownPid())?.uid === 0)}, or as the user that runs the server on ${where}.`;
}

/**
 * What gives the right that is missing. Root without CAP_SYS_PTRACE may list descriptors and not read what they are; any
 * other user may do neither, but for processes of its own.
 */
export function rightsIn(place: Place, isRoot: boolean): string {
  const { root, user } = RIGHTS[place];
  return isRoot ? `Run churn with CAP_SYS_PTRACE, which root does not have here${root}` : user;
}

const RIGHTS: Readonly<Record<Place, { readonly root: string; readonly user: string }>> = {
  plain: { root: '', user: 'Run the same command with sudo' },
  docker: {
    root: ' (docker run --cap-add SYS_PTRACE)',
    user: 'Run churn as root with CAP_SYS_PTRACE (docker run --user 0 --cap-add SYS_PTRACE)',
  },
  kubernetes: {
    root: ' (kubectl debug POD --target=CONTAINER --profile=general; in a sidecar, securityContext.capabilities.add: [SYS_PTRACE])',
    user: 'Run churn as root with CAP_SYS_PTRACE (securityContext: runAsUser: 0 and capabilities.add: [SYS_PTRACE])',
  },
  systemd: {
    root: ' (CapabilityBoundingSet=CAP_SYS_PTRACE in the unit)',
    user: 'Run churn with CAP_SYS_PTRACE (AmbientCapabilities=CAP_SYS_PTRACE in the unit)',
  },
};
