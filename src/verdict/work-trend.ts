import type { Evidence } from './evidence.js';
import { closedLate } from './late.js';
import { median } from './series.js';

/**
 * - `flat`: a connection costs no more in the end than in the beginning, or not in proportion to how many there were;
 * - `suspect`: it may, and further cycles can tell, as each of them would cost more still;
 * - `grows`: it went on rising in a straight line;
 * - `unmeasured`: CPU time could not be read, or there were too few connections.
 */
export interface WorkJudgement {
  readonly state: 'flat' | 'suspect' | 'grows' | 'unmeasured';
  /** It rises in a straight line, but by too little to be sure of it. */
  readonly seemsToGrow: boolean;
  /** It rose, but not in a line, or stale entries were not followed for long enough: no pass. */
  readonly inDoubt: boolean;
  /** CPU time of one connection in each sixth of all, in microseconds: the least that was read there. */
  readonly perSixthUs: readonly number[];
  /** Microseconds that each connection adds to the cost of the later ones. */
  readonly slopeUs: number;
  /** What it goes through, where that can be seen. */
  readonly stale: StaleEntries | undefined;
  /** Connections that were looked at. */
  readonly connections: number;
  /** undefined: they would take too long, or were in vain so far. */
  readonly nextRoundCycles: number | undefined;
}

/**
 * The least that a connection cost in each sixth of all of them. Noise only ever adds: a machine that is busy, a cache
 * that was taken, a server that is woken twice for what it does in one turn else (a clean one of C cost 24 µs or 73
 * within one second). What goes through entries that are never removed rises by the same with every connection, however
 * many there are; so each further round makes as many cycles as there were, and the line has to go on until a
 * connection costs twice as much. Where this process was slowed down as well, it is the machine.
 */
export function judgeWork(evidence: Evidence): WorkJudgement {
  const rounds = withoutWakeUps(priced(evidence));
  const connections = rounds.at(-1)?.connections ?? 0;
  const sixths = inSixths(rounds, connections);
  const costs = sixths.map(sixth => Math.min(...sixth.map(({ cost }) => cost)));
  const [first = 0, last = 0] = [costs[0], costs.at(-1)];
  const judged = {
    ...{ perSixthUs: costs.map(cost => cost / 1_000), connections, seemsToGrow: false, inDoubt: false },
    slopeUs: (last - first) / 1_000 / Math.max(1, connections * (1 - 1 / SIXTHS)),
    nextRoundCycles: nextRound(evidence, connections),
    stale: staleEntries(evidence),
  };
  if (judged.stale) {
    const wentOn = evidence.rounds.some(({ phase }) => phase === 'confirm');
    const isSure = wentOn && judged.stale.connections >= SURE_ENTRIES;
    return { ...judged, state: isSure ? 'grows' : 'suspect', inDoubt: !isSure };
  }
  // A server that closes late has a crowd to go through, which it will let go.
  if (closedLate(evidence.settled)) return { ...judged, state: 'unmeasured' };
  if (rounds.length < MIN_READINGS || sixths.some(({ length }) => length === 0) || first <= 0) {
    return { ...judged, state: 'unmeasured' };
  }
  const early = Math.min(...costs.slice(0, 3));
  const late = Math.min(...costs.slice(4));
  const usual = median(
    sixths
      .slice(4)
      .flatMap(sixth => sixth.map(({ cost }) => cost))
      .sort((a, b) => a - b),
  );
  const crowded = isCrowded(evidence);
  if (
    usual <= FLAT * early &&
    late <= MIN_FLAT * early &&
    !(crowded && connections < CROWDED_LEAST * USUAL_CYCLES)
  )
    return { ...judged, state: 'flat' };
  // How far the line was followed. A machine that becomes busier draws one within a few hundred connections.
  const reach = connections / USUAL_CYCLES;
  const own = sixths.map(sixth => Math.min(...sixth.map(({ ownCost }) => ownCost)));
  const slower = Math.max(1, Math.min(...own.slice(4)) / Math.max(1, Math.min(...own.slice(0, 3))));
  const isLevel = (reach >= 1.9 && late <= early) || (reach >= 3.9 && late < MIN_RISE * early);
  if (isLevel && (!crowded || reach >= CROWDED_LEAST)) return { ...judged, state: 'flat' };
  const rise = last / first;
  // This process has more to do in a longer cycle too, but not twice as much in one that costs the server twice.
  const isMachine = slower > 1 && late / early < MORE_THAN_MACHINE * slower;
  const goesOn = isStraight(costs) && keepsPace(rounds, connections) && !isMachine;
  if (reach < CROWDED_REACH) {
    const isSure = !crowded && reach >= 3.9 && goesOn && rise >= SURE_RISE && wasConfirmed(evidence);
    return { ...judged, state: isSure ? 'grows' : 'suspect' };
  }
  // A cache that was filled, a heap that has begun to be collected: level in the later part.
  const filled = late < LEVEL * Math.min(...costs.slice(2, 4));
  if (filled || isMachine) return { ...judged, state: 'flat' };
  // Neither a line nor level: more of it may tell.
  if (!goesOn) {
    // A line that was followed so far would cost twice as much by now: noise that hides it has to be in all of the first sixth.
    const isFlat = rise <= 1 || late < (crowded ? CROWDED_NOT_LEVEL : NOT_LEVEL) * early;
    // Twice the cost, and nobody knows why, is no pass.
    const inDoubt = !isFlat && (crowded || late >= DOUBTFUL * early);
    return { ...judged, inDoubt, state: isFlat ? 'flat' : 'suspect' };
  }
  const grows = rise >= (crowded ? SURE_RISE : GROWN_RISE) && wasConfirmed(evidence);
  return { ...judged, state: grows ? 'grows' : 'suspect', seemsToGrow: rise >= SEEMING_RISE };
}

/** Others had the CPU for so long that what a connection costs can hardly be told: few connections prove nothing then. */
function isCrowded({ own }: Evidence): boolean {
  const work = own?.work ?? [];
  const waited = work.reduce((sum, { waitNs }) => sum + waitNs, 0);
  return waited > CROWDED_SHARE * work.reduce((sum, { livingNs }) => sum + livingNs, 0);
}

/** As many again as there were: the line is twice as long then. Three of a server that takes a millisecond are too many. */
function nextRound({ own, judgedConnections }: Evidence, connections: number): number | undefined {
  const pace = own?.pace ?? [];
  const made = pace.reduce((sum, { cycles }) => sum + cycles, 0);
  const tookMs = pace.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const cycles = Math.max(MIN_CYCLES, connections);
  const isTooLong = (cycles * tookMs) / Math.max(1, made) > MAX_ROUND_MS;
  return isTooLong || connections > MAX_REACH * Math.max(USUAL_CYCLES, judgedConnections)
    ? undefined
    : cycles;
}

interface Priced {
  /** In the whole run, in the middle of the round and at its end. */
  readonly middle: number;
  readonly connections: number;
  /** Nanoseconds for each connection: of the server, and of this process. */
  readonly cost: number;
  readonly ownCost: number;
  /** How often the server was given a CPU for each connection; undefined where that was not counted of all that worked. */
  readonly turns: number | undefined;
}

/**
 * Threads that have ended and children that were waited for are counted in ticks of 10 ms alone. Where they did the
 * work, rounds are joined until they have enough of them.
 */
function priced({ own }: Evidence): readonly Priced[] {
  const work = own?.work ?? [];
  const living = work.reduce((sum, { livingNs }) => sum + livingNs, 0);
  const counted = work.reduce((sum, { ticks }) => sum + ticks, 0) * TICK_NS;
  const byTicks = counted > ENDED_SHARE * living + 3 * TICK_NS;
  const result: Priced[] = [];
  let [made, ns, ownNs, ticks, turns] = [0, 0, 0, 0, 0];
  for (const round of work) {
    made += round.made;
    ns += byTicks ? round.ticks * TICK_NS : round.livingNs;
    ownNs += round.ownNs;
    ticks += round.ticks;
    turns += round.turns;
    if (byTicks && ticks < MIN_TICKS) continue;
    const { connections } = round;
    // A thread that was counted at the beginning may have ended.
    if (ns > 0) {
      result.push({
        ...{ connections, middle: connections - made / 2, cost: ns / made, ownCost: ownNs / made },
        turns: byTicks ? undefined : turns / made,
      });
    }
    [made, ns, ownNs, ticks, turns] = [0, 0, 0, 0, 0];
  }
  return result;
}

/**
 * A server that finds several connections waiting works them off in one turn on the CPU; one that is woken for each pays
 * for as many wake-ups. So its price follows how busy the machine is: clean poll(2) behind a Unix socket cost 8 µs with
 * 0.3 turns per connection and 15 µs with 2, and was accused on a machine that became idle. What the turns explain is
 * taken off (least squares), up to what a turn can cost, and down to the cheapest connection: those in which others took the CPU from a server that has much
 * to go through rise with its cost, and are no reason for it.
 */
function withoutWakeUps(rounds: readonly Priced[]): readonly Priced[] {
  const counted = rounds.flatMap(({ cost, turns }) => (turns === undefined ? [] : [{ cost, turns }]));
  if (counted.length < Math.max(MIN_READINGS, rounds.length)) return rounds;
  const mean = (of: (round: { cost: number; turns: number }) => number) =>
    counted.reduce((sum, round) => sum + of(round), 0) / counted.length;
  const [meanCost, meanTurns] = [mean(({ cost }) => cost), mean(({ turns }) => turns)];
  const covariance = mean(({ cost, turns }) => (cost - meanCost) * (turns - meanTurns));
  const variance = mean(({ turns }) => (turns - meanTurns) ** 2);
  const cheapest = Math.min(...counted.map(({ cost }) => cost));
  const wakeUpNs = variance > 0 ? Math.min(MAX_WAKE_UP * cheapest, Math.max(0, covariance / variance)) : 0;
  const least = Math.min(...counted.map(({ turns }) => turns));
  return rounds.map(round => {
    const explained = wakeUpNs * ((round.turns ?? least) - least);
    return { ...round, cost: Math.max(cheapest, round.cost - explained) };
  });
}

function inSixths(rounds: readonly Priced[], connections: number): Priced[][] {
  const sixths: Priced[][] = Array.from({ length: SIXTHS }, () => []);
  for (const round of rounds) {
    const sixth = Math.min(SIXTHS - 1, Math.floor((SIXTHS * round.middle) / Math.max(1, connections)));
    sixths[sixth]?.push(round);
  }
  return sixths;
}

/** Least squares: what the machine adds comes in steps, and goes. */
function isStraight(costs: readonly number[]): boolean {
  const meanX = (costs.length - 1) / 2;
  const meanY = costs.reduce((sum, cost) => sum + cost, 0) / costs.length;
  const sum = (of: (x: number, y: number) => number) =>
    costs.reduce((total, cost, index) => total + of(index - meanX, cost - meanY), 0);
  const covariance = sum((x, y) => x * y);
  const fit = covariance ** 2 / (sum(x => x * x) * sum((_, y) => y * y));
  const up = costs.slice(1).filter((cost, index) => cost > (costs[index] ?? 0)).length;
  return covariance > 0 && fit >= STRAIGHT && up >= costs.length - 2;
}

/** The first half of the connections had risen by as much for each, within a factor of two. */
function keepsPace(rounds: readonly Priced[], connections: number): boolean {
  const slopeOf = (part: readonly Priced[], until: number) => {
    const costs = inSixths(part, until).map(sixth => Math.min(...sixth.map(({ cost }) => cost)));
    return ((costs.at(-1) ?? 0) - (costs[0] ?? 0)) / until;
  };
  const firstHalf = rounds.filter(round => round.connections <= connections / 2 + 1);
  const half = firstHalf.at(-1)?.connections ?? 0;
  const [whole, before] = [slopeOf(rounds, connections), slopeOf(firstHalf, half)];
  return before >= whole / 2.5 && before <= 2.5 * whole;
}

function wasConfirmed({ own }: Evidence): boolean {
  return own?.work?.some(({ phase }) => phase === 'confirm') ?? false;
}

const SIXTHS = 6;
const TICK_NS = 10_000_000;
/** Ticks of a reading that may be one off. */
const MIN_TICKS = 10;
/** More than living threads have had by so much: ended ones did the work. */
const ENDED_SHARE = 1.3;
const MIN_READINGS = 12;
/** A turn on the CPU costs at most so many times what the cheapest connection did. */
const MAX_WAKE_UP = 4;
const USUAL_CYCLES = 1_000;
const MIN_CYCLES = 500;
const MAX_REACH = 30;
const MAX_ROUND_MS = 4_000;
/** What the later connections usually cost, against the least that the earlier ones did. */
const FLAT = 1.25;
/** The same of the least that the later ones did: noise on the first ones hides a line from what is usual. */
const MIN_FLAT = 1.1;
const MIN_RISE = 1.15;
const LEVEL = 1.05;
/** An array that is packed when a thousand entries are stale has been by then. */
const SURE_ENTRIES = 3_000;
const MORE_THAN_MACHINE = 1.3;
const CROWDED_SHARE = 0.3;
/** Four times the usual connections: a list that is gone through costs 30 µs more by then, and that shows beside others. */
const CROWDED_LEAST = 3.9;
/** Eight times the usual connections, less a rounding. */
const CROWDED_REACH = 7.9;
const NOT_LEVEL = 1.4;
const DOUBTFUL = 1.8;
/** A line that comes to twice the cost is at 1.8 by this measure; clean servers beside four others were at 1.5. */
const CROWDED_NOT_LEVEL = 1.6;
const SEEMING_RISE = 1.5;
const GROWN_RISE = 2;
const SURE_RISE = 2.5;
const STRAIGHT = 0.93;

/** Entries beyond the descriptors that are open, which no poll(2) has a use for. */
export interface StaleEntries {
  readonly before: number;
  readonly after: number;
  /** Connections between the two. */
  readonly connections: number;
}

/**
 * The array of pollfd that only grows: poll(2) is given an entry for each client that there ever was. It needs no
 * statistics, as the kernel tells how many entries a sleeping thread waits for. An array of a fixed size never grows, and
 * one that is packed from time to time, or as large as the most clients were, stops growing. undefined: nothing of that kind.
 */
export function staleEntries({ rounds }: Pick<Evidence, 'rounds'>): StaleEntries | undefined {
  const readings = rounds.flatMap(({ connections, pollEntries: entries }) =>
    entries === undefined ? [] : [{ connections, entries }],
  );
  const [first, last] = [readings[0], readings.at(-1)];
  if (!first || !last || readings.length < MIN_ENTRY_READINGS) return undefined;
  const connections = last.connections - first.connections;
  const middle =
    readings.findLast(reading => reading.connections <= first.connections + connections / 2) ?? first;
  const everFell = readings.some(({ entries }, at) => entries < (readings[at - 1]?.entries ?? entries));
  const growth = last.entries - first.entries;
  const lately = last.entries - middle.entries;
  const keepsPace = lately / Math.max(1, last.connections - middle.connections) >= growth / connections / 2;
  if (everFell || growth < MIN_GROWTH || !keepsPace) return undefined;
  return { before: first.entries, after: last.entries, connections };
}

const MIN_ENTRY_READINGS = 4;
const MIN_GROWTH = 8;
