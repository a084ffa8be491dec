import type { PendingTimer } from '../sampler/sleep.js';
import type { Evidence, Round } from './evidence.js';

/** Rounds whose memory was read. */
export type Kept = ReadonlyArray<Round & { readonly anonBytes: number }>;

/**
 * An entry with a time to live makes memory grow in a straight line until the first one runs out, and is level from then
 * on: 4 KB that an asyncio server kept of each connection for 60 s, and the 14 KB that HttpListener of Mono keeps for
 * 90 s, were accused within 3 s. So what is judged has to begin after that. Later such memory goes with the connections
 * of that time, of which there are more when the rate rises: twice what these took before may be theirs.
 */
export function pendingTimer({ own }: Evidence, rounds: Kept, kept: Kept): PendingTimer | undefined {
  const timer = own?.timer;
  if (!timer) return undefined;
  const isAfter = ({ atMs = -Infinity }: Round) => atMs > timer.dueAtMs + MAX_LATE_MS;
  const [begin, end] = [kept[0], kept.at(-1)];
  if (!begin || !end || !isAfter(begin)) return timer;
  const first = rounds[0];
  const due = rounds.slice(1).find(isAfter);
  if (!first || !due) return undefined;
  const more = (from: Round, to: Round) =>
    recentConnections(rounds, to, timer.dueMs) - recentConnections(rounds, from, timer.dueMs);
  const living = Math.max(more(first, due), (due.connections - first.connections) / 4);
  const perConnection = (due.anonBytes - first.anonBytes) / living;
  return end.anonBytes - begin.anonBytes > 2 * perConnection * more(begin, end) ? undefined : timer;
}

/** Opened in the last `ms` before the end of a round, by a straight line between those that were counted. */
export function recentConnections(
  rounds: readonly Counted[],
  { atMs = 0, connections }: Counted,
  ms: number,
): number {
  const at = atMs - ms;
  const index = rounds.findIndex(round => (round.atMs ?? 0) >= at);
  const [before, after] = [rounds[index - 1], rounds[index]];
  if (!before || !after) return connections;
  const [fromMs, toMs] = [before.atMs ?? 0, after.atMs ?? 0];
  const part = toMs > fromMs ? (at - fromMs) / (toMs - fromMs) : 1;
  return connections - (before.connections + part * (after.connections - before.connections));
}

type Counted = Pick<Round, 'atMs' | 'connections'>;

/** A timer is late where the machine is busy, and what it frees is found by a collector some time later. */
const MAX_LATE_MS = 200;
