import { peerOf } from '../gather/attribution.js';
import { peerNames } from '../gather/names.js';
import { withNulls } from '../not-measured.js';
import type { Options } from '../options/run.js';
import type { Fd } from '../proc/fds.js';
import { ageOf } from '../proc/process.js';
import { readTcpRows } from '../proc/sockets.js';
import { readCallNames } from '../proc/threads.js';
import type { Inspection } from '../report/inspection.js';
import { takeSnapshot, withRss } from '../sampler/snapshot.js';
import { attach } from '../target/attach.js';
import { formatEndpoint } from '../target/target.js';
import { countNames } from '../verdict/held-names.js';

/**
 * Looks at a server once, without connecting to it.
 * @throws ChurnError when it cannot be found or read.
 */
export async function inspect(
  address: Pick<Options, 'port' | 'host' | 'unix' | 'pids' | 'behindProxy'>,
): Promise<Inspection> {
  const target = await attach(address);
  const snapshot = await withRss(
    takeSnapshot(
      target.roots.map(({ pid }) => pid),
      performance.now(),
    ),
  );
  const rows = new Map(readTcpRows(target.servedIn, ['tcp', 'tcp6']).map(row => [row.inode, row]));
  const served = new Set(target.listeners.flatMap(one => (one.transport === 'tcp' ? [one.port] : [])));
  const upstream = snapshot.processes.flatMap(({ fds }) =>
    fds.flatMap(({ inode }) => {
      const row = rows.get(inode);
      return row && row.state !== 'LISTEN' && !served.has(row.localPort) ? [peerOf(row)] : [];
    }),
  );
  const nameOfPeer = peerNames(upstream, target.servedIn);
  const nameOf = ({ kind, name, inode }: Fd): string[] => {
    if (kind === 'file') return [name];
    const row = kind === 'socket' ? rows.get(inode) : undefined;
    if (!row || row.state === 'LISTEN') return [];
    // The port of a client says nothing.
    return [served.has(row.localPort) ? `← ${row.remoteAddress}` : nameOfPeer(peerOf(row))];
  };
  return withNulls<Inspection>({
    address: formatEndpoint(target.endpoint),
    listeners: target.listeners.map(listener =>
      listener.transport === 'unix' ? listener.path : formatEndpoint({ ...listener, host: listener.address }),
    ),
    command: target.command,
    limits: target.limits,
    processes: snapshot.processes.map(
      ({ pid, parentPid, comm, startTicks, threads, mappings, rssBytes, anonBytes, fds }) => ({
        pid,
        parentPid,
        comm,
        ageMs: ageOf(startTicks),
        threads,
        mappings,
        rssBytes,
        anonBytes,
        fds: fds.length,
        fdKinds: countKinds(
          fds.map(({ kind, inode }) =>
            kind === 'socket' && rows.has(inode) ? `tcp ${rows.get(inode)?.state}` : kind,
          ),
        ),
        names: countNames(fds.flatMap(nameOf)),
        sleepsIn: countKinds(readCallNames(pid)),
      }),
    ),
    zombies: snapshot.zombies.length,
  });
}

function countKinds(kinds: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of kinds) counts[kind] = (counts[kind] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).sort(([, a], [, b]) => b - a));
}
