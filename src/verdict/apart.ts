import type { ClientName } from '../workload/client-names.js';
import type { CensusKey, Evidence, OwnCycles } from './evidence.js';
import { CENSUS_KEYS } from './evidence.js';
import type { Pattern } from './pattern.js';
import { growthOf } from './recurrence.js';

/**
 * How many cycles each of several clients should make alone, so that growth without a name can be told to be of one of
 * them; 0: nothing to tell apart, or no room for it in the server's limit of descriptors.
 */
export function cyclesToTellApart(evidence: Evidence): number {
  const clients = evidence.own?.clients.length ?? 0;
  if (clients < 2) return 0;
  const grew = CENSUS_KEYS.some(key => {
    const { recurrence } = growthOf(evidence, key);
    return recurrence === 'recurs' || recurrence === 'saturated' || isBesideProof(key, recurrence);
  });
  if (!grew) return 0;
  const used = Math.max(0, ...evidence.after.processes.map(({ fds }) => fds.length));
  const room = evidence.fdLimit === undefined ? Infinity : evidence.fdLimit - used;
  const cycles = Math.min(CYCLES, Math.floor(room / (2 * clients)));
  return cycles < MIN_CYCLES ? 0 : cycles;
}

/** Which clients a growth without a name came from, by what each of them did alone. */
export function patternApart(evidence: Evidence, key: CensusKey): Pattern | undefined {
  const all = (evidence.own?.apart ?? []).map(({ client, cycles, growth }) => ({
    client,
    count: growth[key],
    of: cycles,
  }));
  const most = Math.max(0, ...all.map(({ count, of }) => count / Math.max(1, of)));
  const guilty = all.filter(({ count, of }) => count > 0 && count >= (of * most) / 2);
  return guilty.length > 0 && guilty.length < all.length ? { kind: 'with', clients: guilty } : undefined;
}

/** Which clients some connections had; undefined when all had the same, or each client has its share of them. */
export function patternByClient(evidence: Evidence, connections: readonly number[]): Pattern | undefined {
  const { own } = evidence;
  if (!own || own.clients.length < 2) return undefined;
  const held = count(own, connections);
  const { warmupConnections: first, judgedConnections: last } = evidence;
  const made = count(
    own,
    Array.from({ length: last - first }, (_, index) => first + index + 1),
  );
  const clients = own.clients.flatMap(client => {
    const among = held.get(client) ?? 0;
    return among === 0 ? [] : [{ client, count: among, of: Math.max(among, made.get(client) ?? 0) }];
  });
  return clients.length < own.clients.length ? { kind: 'with', clients } : undefined;
}

/** Sockets that were reset beside connections that are proved forgotten: accused without recurrence. */
function isBesideProof(key: CensusKey, recurrence: string): boolean {
  return key === 'dead-socket' && recurrence === 'suspect';
}

function count({ clientOf }: OwnCycles, connections: readonly number[]): Map<ClientName, number> {
  const counts = new Map<ClientName, number>();
  for (const connection of connections) {
    const client = clientOf(connection);
    counts.set(client, (counts.get(client) ?? 0) + 1);
  }
  return counts;
}

const CYCLES = 100;
const MIN_CYCLES = 5;
