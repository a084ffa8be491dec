import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/**
 * A network for each case, where that is allowed: thousands of connections in TIME_WAIT, left by one case, would make
 * every look at the kernel's tables slow for the next, and a full accept queue would be counted to all of them.
 */
export const OWN_NETWORK = ['unshare', '--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh'];

/** Whether this user may make network namespaces, and has the tools for it. */
export async function canIsolate(): Promise<boolean> {
  const [program = '', ...args] = [...OWN_NETWORK, 'nsenter', '--net=/proc/self/ns/net', '--', 'true'];
  return promisify(execFile)(program, args).then(
    () => true,
    () => false,
  );
}

/** Runs a command in the network of a process. */
export function inNetworkOf(pid: number, command: readonly string[]): string[] {
  return ['nsenter', `--net=/proc/${pid}/ns/net`, '--', ...command];
}
