import { readNetNamespace } from '../proc/process.js';
import type { Address } from './attach.js';

/** The network namespace of a server that was named by its pid, when it is not ours; named by the pid again. */
export function networkElsewhere({
  pids,
  behindProxy,
}: Pick<Address, 'pids' | 'behindProxy'>): number | undefined {
  const [first] = pids;
  // The proxy listens where we are, whatever is behind it.
  if (first === undefined || behindProxy) return undefined;
  const theirs = readNetNamespace(first);
  return theirs === undefined || theirs === readNetNamespace('self') ? undefined : first;
}
