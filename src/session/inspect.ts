import { withNulls } from '../not-measured.js';
import type { Options } from '../options/run.js';
import { readTcpRows } from '../proc/sockets.js';
import type { Inspection } from '../report/inspection.js';
import { takeSnapshot, withRss } from '../sampler/snapshot.js';
import { attach } from '../target/attach.js';
import { formatEndpoint } from '../target/target.js';

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
  const states = new Map(
    readTcpRows(target.servedIn, ['tcp', 'tcp6']).map(({ inode, state }) => [inode, state]),
  );
  return withNulls<Inspection>({
    address: formatEndpoint(target.endpoint),
    listeners: target.listeners.map(listener =>
      listener.transport === 'unix' ? listener.path : formatEndpoint({ ...listener, host: listener.address }),
    ),
    command: target.command,
    limits: target.limits,
    processes: snapshot.processes.map(
      ({ pid, parentPid, comm, threads, mappings, rssBytes, anonBytes, fds }) => ({
        pid,
        parentPid,
        comm,
        threads,
        mappings,
        rssBytes,
        anonBytes,
        fds: fds.length,
        fdKinds: countKinds(
          fds.map(({ kind, inode }) =>
            kind === 'socket' && states.has(inode) ? `tcp ${states.get(inode)}` : kind,
          ),
        ),
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
