import { CENSUS_KEYS } from './census.js';
import type { Census, CensusKey, Round } from './evidence.js';

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
  /** Connections accepted when the first half was over. */
  readonly judged: number;
}

/**
 * Recurrence, asked of rounds of time: the second half of the moments in four parts, each told by its quietest moment.
 * `settled` is what was left when the load was over: what is in use at the end is not counted as kept. undefined when
 * there are too few moments, or the server became busier: then growth may be use.
 */
export function roundsOfTime(
  moments: readonly Moment[],
  settled: Census | undefined,
): RoundsOfTime | undefined {
  if (moments.length < 2 * PARTS) return undefined;
  const quietest = portions(moments, PARTS).flatMap(part => quietestOf(part) ?? []);
  const half = quietest[PARTS / 2 - 1];
  const last = quietest.at(-1);
  if (!half || !last || last.inUse > half.inUse * 1.1 + 1) return undefined;
  const inUse = settled && differences(last.census, settled);
  const rounds = quietest.slice(PARTS / 2 - 1).map((moment, index): Round => {
    return {
      phase: index === 0 ? 'cycles' : 'confirm',
      connections: moment.accepted,
      ...{ anonBytes: undefined, heap: undefined },
      counts: inUse ? differences(moment.census, inUse) : moment.census,
    };
  });
  return { base: settled ? undefined : quietest[0]?.census, rounds, judged: half.accepted };
}

/** Memory by rounds of time: the least of each, so that what is in use counts as little as can be. */
export function memoryOfTime(moments: readonly Moment[]): Round[] {
  const accepted = moments.at(-1)?.accepted ?? 0;
  if (moments.length < 2 * MEMORY_PARTS || accepted < LEAST_CONNECTIONS) return [];
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

function portions(moments: readonly Moment[], parts: number): Moment[][] {
  return Array.from({ length: parts }, (_, index) =>
    moments.slice(
      Math.floor((moments.length * index) / parts),
      Math.floor((moments.length * (index + 1)) / parts),
    ),
  );
}

function quietestOf(moments: readonly Moment[]): Moment | undefined {
  const least = Math.min(...moments.map(({ inUse }) => inUse));
  return moments.findLast(({ inUse }) => inUse === least);
}

function differences(from: Census, what: Census): Census {
  const counts = Object.fromEntries(CENSUS_KEYS.map(key => [key, from[key] - what[key]]));
  return counts as Record<CensusKey, number>;
}

const PARTS = 8;
const MEMORY_PARTS = 16;
/** Memory per connection of fewer than these is noise. */
const LEAST_CONNECTIONS = 500;
