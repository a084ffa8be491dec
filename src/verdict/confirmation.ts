import { unreachedRoutes } from './answers.js';
import { CENSUS_KEYS, type Evidence } from './evidence.js';
import { serverFailures } from './failures.js';
import { cyclesForGauges } from './gauges.js';
import { closedLate, lateRest } from './late.js';
import { lostProcesses } from './lost.js';
import type { MemoryJudgement } from './memory-judgement.js';
import { judgeMemory } from './memory-trend.js';
import { replacedWorkers } from './processes.js';
import { hasForgottenConnections, isProven } from './proven.js';
import { CONFIRMING_ROUNDS, growthOf, isDescriptor } from './recurrence.js';
import { judgeWork } from './work-trend.js';

/** One more round of cycles, and why. */
export interface ConfirmingRound {
  readonly cycles: number;
  /** What is suspected, for the progress line. */
  readonly suspects: readonly string[];
  /**
   * What is done with each connection instead of asking for growth: `follow` the server's end by its inode, or hold it
   * open and `watch` whether the server answers or dies.
   */
  readonly manner?: 'follow' | 'watch';
  /** The server is made to collect its garbage before the round and after it: what is alive then is asked for. */
  readonly collects?: boolean;
}

/** Whether it asks for the counts of what the server has; memory and time can be read before the last thread has gone. */
export function asksForCounts({ suspects }: ConfirmingRound): boolean {
  return suspects.some(suspect => !UNCOUNTED.has(suspect));
}

const UNCOUNTED: ReadonlySet<string> = new Set(['memory', 'work', 'gauge', 'limit']);

/** Asked after each round; it may have to read something first. */
export type NextRound = (
  evidence: Evidence,
) => ConfirmingRound | undefined | Promise<ConfirmingRound | undefined>;

/**
 * The next confirming round, or undefined when nothing is in doubt, or a fault is proved already.
 * Each round is long enough to show three more of what is suspected, at the rate that was seen, so that three rounds
 * without any are no chance; and short enough to stay within the fds that the server has left.
 */
export function nextConfirmingRound(evidence: Evidence): ConfirmingRound | undefined {
  const release = releaseRound(evidence);
  if (release) return release;
  const watch = watchRound(evidence);
  if (watch) return watch;
  const follow = followRound(evidence);
  if (follow) return follow;
  if (isProven(evidence)) return undefined;
  const suspects = CENSUS_KEYS.map(key => growthOf(evidence, key)).filter(
    ({ recurrence }) => recurrence === 'suspect',
  );
  const memory = judgeMemory(evidence);
  const cycles = evidence.cycles.completed;
  if (cycles === 0) return undefined;
  const wanted = suspects.map(({ key, inCycles }) =>
    // Mappings come and go with the heap of a runtime, so they get as long a look as the first one was.
    key === 'mapping' ? cycles : Math.ceil((3 * cycles) / inCycles),
  );
  const work = judgeWork(evidence);
  // An array that only grows takes memory as well, some bytes at a time: that is the same fault, and would take long.
  const isExplained = work.state === 'grows' && work.stale !== undefined;
  const comesTooLate = memory.timer !== undefined && memory.timer.dueMs > MAX_DUE_MS;
  const { liveHeap } = evidence.own ?? {};
  const collects = liveHeap !== undefined && liveHeap.refused === undefined;
  const isInDoubt = memory.state === 'suspect' || isStillUnread(evidence, memory);
  // What was never reached has told nothing of its memory, however long it is asked.
  const isReached = unreachedRoutes(evidence).length === 0;
  const asksForMemory =
    isReached && isInDoubt && !isExplained && (!comesTooLate || (collects && liveHeap.readings.length === 0));
  if (asksForMemory) wanted.push(memory.nextRoundCycles);
  const forGauges = cyclesForGauges(evidence);
  if (forGauges !== undefined) wanted.push(Math.ceil(forGauges));
  // Rounds that are made for something else tell of work too; those for it are too long for memory.
  const forWork = isReached && work.state === 'suspect' ? work.nextRoundCycles : undefined;
  if (wanted.length === 0 && forWork !== undefined) wanted.push(forWork);
  if (wanted.length === 0) return limitRound(evidence);
  const descriptorRate = Math.max(
    0,
    ...suspects.filter(({ key }) => isDescriptor(key)).map(({ inCycles }) => inCycles / cycles),
  );
  const room =
    descriptorRate > 0 ? Math.floor(fdsLeft(evidence) / descriptorRate / (CONFIRMING_ROUNDS + 1)) : Infinity;
  return {
    cycles: Math.max(1, Math.min(MAX_CYCLES, room, Math.max(MIN_CYCLES, ...wanted))),
    suspects: [
      ...suspects.map(({ key }) => key),
      ...(asksForMemory ? ['memory'] : []),
      ...(forGauges === undefined ? [] : ['gauge']),
      ...(work.state === 'suspect' ? ['work'] : []),
    ],
    ...(asksForMemory && collects ? { collects } : {}),
  };
}

/**
 * Too few readings so far: of so few cycles, or because what was read between the judged rounds is not compared where the
 * server closed late.
 */
function isStillUnread({ rounds, settled }: Evidence, { state }: MemoryJudgement): boolean {
  const isAffordable = !closedLate(settled) || lateRest(settled) !== undefined;
  return state === 'unmeasured' && rounds.at(-1)?.anonBytes !== undefined && isAffordable;
}

/**
 * What nobody sees a server keep may be counted against its limit all the same: poll() refuses (EINVAL) to be given more
 * entries than the process may have descriptors, and arrays are made of that size. Such a server dies on connection 1024,
 * and the usual 1000 cycles end just before.
 */
function limitRound({ own, fdLimit, connections }: Evidence): ConfirmingRound | undefined {
  if (!own?.passesLimit || fdLimit === undefined) return undefined;
  const cycles = fdLimit + BEYOND_LIMIT - connections;
  return cycles > 0 && cycles <= MAX_BEYOND ? { cycles, suspects: ['limit'] } : undefined;
}

/**
 * Forgotten connections get one round to be let go in: a variable that holds the last connection until the next one
 * comes, a collector of garbage that needs some more of it. As long as such rounds free something they go on.
 */
function releaseRound(evidence: Evidence): ConfirmingRound | undefined {
  const held = evidence.held.filter(({ role }) => role === 'connection').length;
  if (held === 0 || evidence.settled.state !== 'held') return undefined;
  const rounds = evidence.rounds.filter(({ phase }) => phase === 'confirm').length;
  const freesSome = held < evidence.heldAtRest;
  const cycles = Math.min(MIN_CYCLES, Math.floor(fdsLeft(evidence) / 4));
  if (cycles < 1 || (rounds > 0 && !freesSome) || rounds >= MAX_RELEASE_ROUNDS) return undefined;
  return { cycles, suspects: ['fd'] };
}

/**
 * Sockets that recur and stand in no table have lost their port, and with it their cycle. Some more of them, watched
 * from their beginning, tell which cycle leaves which descriptor behind. Not for a leak so rare that none would be met.
 */
function followRound(evidence: Evidence): ConfirmingRound | undefined {
  if (!evidence.own || evidence.own.followed !== undefined || evidence.serverPort === undefined)
    return undefined;
  if (hasForgottenConnections(evidence)) return undefined;
  const { recurrence, inCycles } = growthOf(evidence, 'dead-socket');
  if (recurrence !== 'recurs') return undefined;
  const cyclesEach = evidence.cycles.completed / inCycles;
  // Three confirming rounds were sized to leave a quarter of the room.
  const room = Math.floor((fdsLeft(evidence) * cyclesEach) / (2 * (CONFIRMING_ROUNDS + 1)));
  const cycles = Math.min(room, Math.max(MIN_FOLLOWED, Math.ceil(3 * cyclesEach)));
  if (cycles < cyclesEach || cycles > MAX_FOLLOWED) return undefined;
  return { cycles, suspects: ['fd'], manner: 'follow' };
}

/**
 * Whether a worker that was replaced, or is gone for good, had crashed or retired cannot be told from outside, unless it
 * goes with a connection in its hands. A client that closes at once would not notice; one that waits for an answer does.
 */
function watchRound(evidence: Evidence): ConfirmingRound | undefined {
  const workers = replacedWorkers(evidence).length + lostProcesses(evidence).unexplained.length;
  const { reset = 0 } = serverFailures(evidence);
  if (workers === 0 || reset > 0 || !evidence.own || evidence.own.watched !== undefined) return undefined;
  const cycles = Math.ceil((3 * evidence.judgedConnections) / workers);
  return {
    cycles: Math.min(MAX_FOLLOWED, Math.max(MIN_CYCLES, cycles)),
    suspects: ['restart'],
    manner: 'watch',
  };
}

function fdsLeft({ after, fdLimit, own }: Evidence): number {
  const fdRoom = own?.fdRoom ?? Infinity;
  if (fdLimit === undefined) return fdRoom;
  return Math.min(fdRoom, fdLimit - Math.max(0, ...after.processes.map(({ fds }) => fds.length)));
}

/** A timer that is later than that runs out twice in no usual budget. */
const MAX_DUE_MS = 10_000;
const MIN_CYCLES = 100;
const MAX_CYCLES = 20_000;
const MAX_RELEASE_ROUNDS = 10;
/** Some are accepted by a process that is not counted, or not yet closed. */
const BEYOND_LIMIT = 16;
/** A twentieth of a second. */
const MAX_BEYOND = 500;
const MIN_FOLLOWED = 20;
const MAX_FOLLOWED = 300;
