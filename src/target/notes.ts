import { findHolders } from '../proc/holders.js';
import { otherNetworks } from '../proc/networks.js';
import { ownPid, readNetNamespace, readStat } from '../proc/process.js';
import { listTcpListeners } from './listener.js';
import type { ProxyProgram } from './proxy.js';
import { type Endpoint, formatEndpoint } from './target.js';

/** What a reader of the report should know of how the target was found. */
export function notesOf(
  address: { readonly pids: readonly number[]; readonly behindProxy: boolean },
  endpoint: Endpoint,
  proxy: ProxyProgram | undefined,
): string[] {
  const where = formatEndpoint(endpoint);
  const notes = hasEntered() ? ['The cycles were made in the network namespace of the server.'] : [];
  if (address.behindProxy) {
    notes.push(`pid ${address.pids.join(', ')} was judged behind whatever listens on ${where}`);
  } else if (proxy) {
    const option = endpoint.transport === 'unix' ? `--unix ${endpoint.path}` : `--port ${endpoint.port}`;
    const pid = (proxy.port === undefined ? undefined : soleListener(proxy.port)) ?? 'N';
    notes.push(
      `${proxy.program} passes connections on, and is what was judged. The server behind it was not watched: churn ${option} --pid ${pid} --behind-proxy`,
    );
  }
  return notes;
}

/** Whoever started this process lives in another network: it was made to enter this one. */
function hasEntered(): boolean {
  const parent = readNetNamespace(readStat(ownPid())?.parentPid ?? 0);
  return parent !== undefined && parent !== readNetNamespace('self');
}

/** The process that listens on a port, in whichever network, if there is but one. */
function soleListener(port: number): number | undefined {
  const inodes = (['self', ...otherNetworks()] as const).flatMap(network =>
    listTcpListeners(network).flatMap(listener => (listener.port === port ? [listener.inode] : [])),
  );
  const [first, ...more] = inodes;
  if (first === undefined || more.length > 0) return undefined;
  return findHolders(new Set([first])).byInode.get(first)?.[0];
}
