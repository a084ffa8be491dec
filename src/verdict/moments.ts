import type { Census, CensusKey, Round } from './evidence.js';
import { CENSUS_KEYS } from './evidence.js';
import type { WatchedMemory } from './watched-load.js';

/** What a server had at one moment while others used it. */
export interface Moment {
  readonly atMs: number;
  /** Connections that were accepted until then. */
  readonly accepted: number;
  /** Connections whose clients were there. */
  readonly inUse: number;
  readonly census: Census;
  readonly anonBytes: number | undefined;
  /** What the last garbage collection of a JVM left. */
  readonly heap: Round['heap'];
}

/** Rounds of time, and the counts that they start from. */
export interface RoundsOfTime {
  readonly base: Census | undefined;
  readonly rounds: readonly Round[];
  /** Connections accepted in what counts as judged, and after that; and how long the former took. */
  readonly judged: number;
  readonly confirmed: number;
  readonly judgedMs: number;
}

/**
 * Recurrence, asked of rounds of time: the second half of the moments in four parts, each told by its quietest moment.
 * Where it is known how many connections came, parts are equal by these: a load may be over long before the watching is.
 * `settled` is what was left when the load was over: what is in use at the end is not counted as kept. undefined when
 * there are too few moments, or the server became busier: then growth may be use.
 */
export function roundsOfTime(
  moments: readonly Moment[],
  settled: Census | undefined,
): RoundsOfTime | undefined {
  if (moments.length < 2 * PARTS) return undefined;
  const parts = byConnections(moments) ?? portions(moments, PARTS);
  const quietest = parts.flatMap(part => quietestOf(part) ?? []);
  const half = quietest[PARTS / 2 - 1];
  const last = quietest.at(-1);
  if (!half || !last || last.inUse > half.inUse * 1.1 + 1) return undefined;
  const inUse = settled && differences(last.census, settled, 0);
  const rounds = quietest.slice(PARTS / 2 - 1).map((moment, index): Round => {
    return {
      phase: index === 0 ? 'cycles' : 'confirm',
      connections: moment.accepted,
      ...{ anonBytes: undefined, heap: undefined },
      counts: inUse ? differences(moment.census, inUse) : moment.census,
    };
  });
  const from = settled ? undefined : quietest[0];
  return {
    base: from?.census,
    rounds,
    judged: half.accepted - (from?.accepted ?? 0),
    confirmed: last.accepted - half.accepted,
    judgedMs: half.atMs - (from?.atMs ?? 0),
  };
}

/** As many connections in each part; undefined where these were too few, or came too quickly to be seen in each. */
function byConnections(moments: readonly Moment[]): Moment[][] | undefined {
  const first = moments[0]?.accepted ?? 0;
  const made = (moments.at(-1)?.accepted ?? 0) - first;
  if (made < MIN_PER_PART * PARTS) return undefined;
  const parts: Moment[][] = Array.from({ length: PARTS }, () => []);
  for (const moment of moments) {
    const part = Math.floor((PARTS * (moment.accepted - first)) / made);
    parts[Math.min(PARTS - 1, part)]?.push(moment);
  }
  return parts.every(part => part.length > 0) ? parts : undefined;
}

/** Memory by rounds of time: the least of each, so that what is in use counts as little as can be. */
export function memoryOfTime(moments: readonly Moment[]): Round[] {
  const accepted = moments.at(-1)?.accepted ?? 0;
  if (moments.length < 2 * MEMORY_PARTS || accepted < MIN_CONNECTIONS) return [];
  const parts = portions(moments, MEMORY_PARTS);
  const least = parts.map(part => Math.min(...part.map(({ inUse }) => inUse)));
  if ((least.at(-1) ?? 0) > (least[MEMORY_PARTS / 2] ?? 0) * 1.1 + 1) return [];
  return parts.map((part): Round => {
    const known = part.flatMap(({ anonBytes }) => anonBytes ?? []);
    return {
      phase: 'cycles',
      connections: part.at(-1)?.accepted ?? 0,
      anonBytes: known.length === 0 ? undefined : Math.min(...known),
      heap: part.at(-1)?.heap,
      counts: undefined,
    };
  });
}

/** Private memory by time alone: what few connections with many requests keep shows in no trend by connections. */
export function memoryWhileWatched(
  moments: readonly Moment[],
  atRestBytes: number | undefined,
): WatchedMemory | undefined {
  const read = moments.flatMap(({ atMs, anonBytes }) =>
    anonBytes === undefined ? [] : [{ atMs, anonBytes }],
  );
  if (read.length < PARTS) return undefined;
  const least = portions(read, PARTS).map(part => Math.min(...part.map(({ anonBytes }) => anonBytes)));
  const [first] = read;
  const last = Math.min(least.at(-1) ?? 0, atRestBytes ?? Number.POSITIVE_INFINITY);
  return {
    grownBytes: last - (first?.anonBytes ?? 0),
    laterBytes: last - (least[PARTS / 2 - 1] ?? 0),
    overMs: (read.at(-1)?.atMs ?? 0) - (first?.atMs ?? 0),
  };
}

function portions<T>(moments: readonly T[], parts: number): T[][] {
  return Array.from({ length: parts }, (_, index) =>
    moments.slice(
      Math.floor((moments.length * index) / parts),
      Math.floor((moments.length * (index + 1)) / parts),
    ),
  );
}

/** The moment with the fewest connections in use, and the least of each count: one that is in flight has its thread. */
function quietestOf(moments: readonly Moment[]): Moment | undefined {
  const least = Math.min(...moments.map(({ inUse }) => inUse));
  const quietest = moments.findLast(({ inUse }) => inUse === least);
  if (!quietest) return undefined;
  const counts = CENSUS_KEYS.map(key => [key, Math.min(...moments.map(({ census }) => census[key]))]);
  return { ...quietest, census: Object.fromEntries(counts) as Record<CensusKey, number> };
}

function differences(from: Census, what: Census, least = Number.NEGATIVE_INFINITY): Census {
  const counts = Object.fromEntries(CENSUS_KEYS.map(key => [key, Math.max(least, from[key] - what[key])]));
  return counts as Record<CensusKey, number>;
}

const PARTS = 8;
const MEMORY_PARTS = 16;
const MIN_PER_PART = 4;
/** Memory per connection of fewer than these is noise. */
const MIN_CONNECTIONS = 500;
