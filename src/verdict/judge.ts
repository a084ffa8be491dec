import { isHardlyServed, neverHandedOver, ownOverflows } from './accepted.js';
import { checkRefused, checkReply } from './checks/answers.js';
import { checkCrash, checkRestart } from './checks/crash.js';
import { checkFds } from './checks/fd.js';
import { checkGauge } from './checks/gauge.js';
import { checkGrowth } from './checks/growth.js';
import { checkHang } from './checks/hang.js';
import { checkMemory } from './checks/memory.js';
import { checkSpin, checkWork, idleCpuPercent, isSpinning } from './checks/work.js';
import type { Evidence, OwnCycles, Pace } from './evidence.js';
import { attempts } from './failures.js';
import type { Check, CheckResult, Finding, Kind } from './finding.js';
import { canBeSeen } from './kinds.js';
import { type Limit, limitsOf } from './limit.js';
import { hasHeap } from './memory-profiles.js';
import { judgeMemory } from './memory-trend.js';
import type { Note } from './note.js';
import { applyPolicy, type Policy } from './policy.js';
import { isProven } from './proven.js';

/** What the evidence says, as data; words are found for it later. */
export interface Verdict {
  readonly verdict: 'pass' | 'fail' | 'undecided';
  /** Nothing was found by the default rules, everything was made and seen: the proof line may be printed. */
  readonly clean: boolean;
  readonly checks: readonly Check[];
  readonly findings: readonly Finding[];
  /** Kinds and counts that were found and let pass by `--allow` or `--fail-on`. */
  readonly allowed: ReadonlyArray<{ readonly kind: Kind; readonly count: number }>;
  readonly notes: readonly Note[];
  /** What a pass does not prove; none where it is no pass. */
  readonly limits: readonly Limit[];
}

/** What is seen only of a server that was started: `verdict/after-life.ts` judges it. */
type KindOfLife = 'sanitizer' | 'shutdown' | 'reload';

/** In the order of the report. Total: a kind without a check does not compile. */
const CHECKS = {
  crash: checkCrash,
  hang: checkHang,
  refused: checkRefused,
  reply: checkReply,
  restart: checkRestart,
  fd: checkFds,
  zombie: evidence => checkGrowth('zombie', evidence),
  child: evidence => checkGrowth('child', evidence),
  thread: evidence => checkGrowth('thread', evidence),
  mapping: evidence => checkGrowth('mapping', evidence),
  memory: checkMemory,
  work: checkWork,
  spin: checkSpin,
  gauge: checkGauge,
} as const satisfies Record<Exclude<Kind, KindOfLife>, (evidence: Evidence) => CheckResult>;

/**
 * Pure: evidence in, verdict out. A proven fault beats everything; a doubt about anything is no pass, memory included:
 * a heap that may still be filling hid an Erlang process per connection, 890 MB in all.
 */
export function judge(evidence: Evidence, policy: Policy): Verdict {
  const results = Object.values(CHECKS).map(check => watched(observed(check(evidence), evidence), evidence));
  const found = results.flatMap(({ findings }) => findings);
  const { findings, allowed } = applyPolicy(found, policy);
  const checks = results.map(({ check }) => check);
  const unseen = evidence.after.deniedPids.length > 0;
  // Whoever knows that a pool shrinks by design allows it to.
  const allowsLost = (kind: Kind) => kind === 'crash' && allowed.some(one => one.kind === kind);
  const doubts = checks.filter(({ status, kind }) => status === 'undecided' && !allowsLost(kind));
  const served = attempts(evidence) > 0 && !isHardlyServed(evidence);
  // It has gone on accepting since, but not in time for all cycles to be made.
  const stalled = evidence.cycles.stopped === 'accept-stalled';
  const isTooSlow = evidence.own?.tooSlowFor !== undefined;
  const finished =
    !evidence.interrupted && !unseen && served && !stalled && !isTooSlow && evidence.far?.isServing !== false;
  const failed = findings.some(({ severity }) => severity === 'fail');
  const verdict = failed ? 'fail' : doubts.length > 0 || !finished ? 'undecided' : 'pass';
  return {
    verdict,
    // What a server says of itself is no proof of what it holds.
    clean: verdict === 'pass' && !evidence.far && !found.some(isNoPass),
    checks,
    findings,
    allowed,
    notes: [
      ...ofWhatWasTried(results),
      ...runNotes(evidence, doubts.length > 0),
      ...(failed ? [] : ofSilence(evidence)),
    ],
    limits: verdict === 'pass' ? limitsOf(evidence, checks) : [],
  };
}

/** A handler that was never reached has nothing to be decided about its memory and its work. */
function ofWhatWasTried(results: readonly CheckResult[]): Note[] {
  const notes = results.flatMap(result => result.notes);
  if (!notes.some(({ note }) => note === 'not-reached')) return notes;
  return notes.filter(({ note }) => note !== 'memory-undecided' && note !== 'work-undecided');
}

/** A process that is gone, and nobody knows why, is a doubt. */
function isNoPass({ kind, severity }: Finding): boolean {
  return severity === 'fail' || kind === 'crash';
}

/** What could not be observed is not measured, whatever the numbers seem to say. */
function observed(result: CheckResult, evidence: Evidence): CheckResult {
  if (isObserved(result.check.kind, evidence)) return result;
  const nothing = { before: undefined, after: undefined, perRound: [], bound: undefined };
  return { check: { ...result.check, ...nothing, status: 'not-measured' }, findings: [], notes: [] };
}

function isObserved(kind: Kind, { own, watch, far }: Evidence): boolean {
  return canBeSeen(kind, {
    looks: far === undefined,
    cycles: own !== undefined,
    counts: watch === undefined || watch.acceptedBy === 'server',
  });
}

/** Memory that grew while others used the server is no pass where its trend by connections tells nothing. */
function watched(result: CheckResult, evidence: Evidence): CheckResult {
  const doubt = result.check.kind === 'memory' ? memoryInDoubt(evidence) : undefined;
  if (!doubt || result.check.status === 'fail') return result;
  return { ...result, check: { ...result.check, status: 'undecided' }, notes: [...result.notes, doubt] };
}

/** Whoever closes held connections has a timeout of his own; beside a fault it matters little. */
function ofSilence({ own }: Evidence): Note[] {
  return own?.silence === 'none' && !own.hold?.ended ? [{ note: 'unwatched' }] : [];
}

/** What is worth saying about the run as a whole. */
function runNotes(evidence: Evidence, isDoubted: boolean): Note[] {
  const notes: Note[] = [];
  if (evidence.far) notes.push({ note: 'far', isServing: evidence.far.isServing });
  const { cycles, own, changes = [] } = evidence;
  if (changes.length > 0) notes.push({ note: 'changed', changes });
  const stages = evidence.watch?.stages;
  if (stages?.spans.every(({ name }) => name === undefined)) {
    notes.push({ note: 'no-stage', pattern: stages.pattern, lines: stages.lines });
  }
  if (own) notes.push(...tooSlow(evidence, own), ...confirmedWith(evidence, own), ...ownBottleneck(own));
  const hold = own?.hold;
  if (hold && hold.opened < hold.wanted && !hold.blocked) {
    notes.push({ note: 'held-short', opened: hold.opened, wanted: hold.wanted });
  }
  if (hold && hold.ended > 0) notes.push({ note: 'held-ended', count: hold.ended, of: hold.opened });
  if (isSpinning(evidence)) {
    notes.push({ note: 'spinning', cpuPercent: Math.round(idleCpuPercent(evidence.quiet) ?? 0) });
  }
  if (cycles.closedByServer > 0 && cycles.closedByServer >= cycles.completed / 2) {
    notes.push({ note: 'instant-eof', count: cycles.closedByServer, of: cycles.completed });
  }
  if (isHardlyServed(evidence)) {
    notes.push({ note: 'not-handed-over', count: neverHandedOver(evidence), of: attempts(evidence) });
  }
  const overflows = ownOverflows(evidence);
  if (overflows > 0) notes.push({ note: 'overflows', count: overflows });
  if (own?.capped && isDoubted) notes.push({ note: 'capped', ...own.capped });
  const cutShort = [evidence.warmup, cycles, evidence.confirm].reduce(
    (all, tally) => all + tally.cutShort,
    0,
  );
  if (cutShort > 0) notes.push({ note: 'cut-short', count: cutShort });
  if (evidence.after.deniedPids.length > 0) notes.push({ note: 'unseen', pids: evidence.after.deniedPids });
  return notes;
}

function tooSlow({ cycles }: Evidence, { tooSlowFor, concurrency }: OwnCycles): Note[] {
  if (tooSlowFor === undefined) return [];
  const made = cycles.completed + cycles.failed;
  return [{ note: 'too-slow', made, wanted: tooSlowFor, tookMs: cycles.durationMs, concurrency }];
}

/** How often a load of others was made stands beside it, and rounds for the limit of descriptors confirm nothing. */
function confirmedWith({ confirm, confirming }: Evidence, { apart }: OwnCycles): Note[] {
  const made = apart.reduce((sum, { cycles }) => sum + cycles, confirm.completed);
  const isForLimit = confirming.length > 0 && confirming.every(({ suspects }) => suspects.includes('limit'));
  return made > 0 && !isForLimit ? [{ note: 'confirmed-with', cycles: made }] : [];
}

/**
 * What this process or this machine was too slow for. It is no word about the server, and without it the rate would
 * read as one.
 */
export function ownBottleneck(own: OwnCycles): Note[] {
  const { pace, ratePerSecond } = own;
  const durationMs = sum(pace, part => part.durationMs);
  if (durationMs < MIN_MS) return [];
  const percent = Math.round((100 * sum(pace, part => part.ownCpuMs)) / durationMs);
  const missed = missedRate(own);
  const isBusy = percent >= BUSY_PERCENT && (ratePerSecond === undefined || missed.length > 0);
  return [
    ...missed,
    ...(isBusy ? [{ note: 'own-cpu' as const, percent: Math.min(100, percent) }] : []),
    ...slowedDown(pace),
  ];
}

/** Cycles were due more often than they could begin. */
function missedRate({ pace, ratePerSecond, rampMs, concurrency }: OwnCycles): Note[] {
  if (ratePerSecond === undefined) return [];
  const durationMs = sum(pace, part => part.durationMs);
  // Over the ramp it is half of the rate in the mean.
  const wanted = (ratePerSecond * Math.max(0, durationMs - Math.min(rampMs, durationMs) / 2)) / 1_000;
  const made = sum(pace, part => part.cycles);
  return made < KEPT * wanted
    ? [{ note: 'rate-missed', wanted: ratePerSecond, made: (1_000 * made) / durationMs, most: concurrency }]
    : [];
}

/**
 * A cycle cost this process far more CPU at the end than in its cheapest portion. Where the kernel may not reuse ports
 * at once, connect(2) looks through the taken ones: the rate falls from 7 600 to 300/s without any error.
 */
function slowedDown(pace: readonly Pace[]): Note[] {
  const long = pace.filter(({ cycles, durationMs }) => cycles >= MIN_CYCLES && durationMs >= MIN_PORTION_MS);
  const costs = long.map(({ cycles, ownCpuMs }) => ownCpuMs / cycles);
  const last = costs.at(-1);
  const end = long.at(-1);
  if (last === undefined || end === undefined || costs.length < 3) return [];
  const cheapest = Math.min(...costs);
  const isOurs = end.ownCpuMs >= end.durationMs / 2;
  return isOurs && last > SLOWER * cheapest
    ? [{ note: 'own-slowdown', fromUs: 1_000 * cheapest, toUs: 1_000 * last }]
    : [];
}

function sum(pace: readonly Pace[], of: (part: Pace) => number): number {
  return pace.reduce((total, part) => total + of(part), 0);
}

/** CPU time of less than this says little. */
const MIN_MS = 1_000;
const MIN_PORTION_MS = 20;
const MIN_CYCLES = 20;
const BUSY_PERCENT = 90;
const KEPT = 0.95;
const SLOWER = 3;

/**
 * Memory that grew by more than anybody could call a warm-up, or goes on growing, although its trend by connections
 * accuses it of nothing: where few connections carry many requests there is no such trend, and a heap may still be
 * filling. That is neither a fault nor a clean pass.
 */
function memoryInDoubt(evidence: Evidence): Note | undefined {
  const memory = evidence.watch?.memory;
  if (!memory || isProven(evidence)) return undefined;
  const { grownBytes, laterBytes, overMs } = memory;
  const judged = judgeMemory(evidence);
  if (judged.state === 'grows' && isObserved('memory', evidence)) return undefined;
  // What the collections of a JVM leave is known: that it has taken more room is not held against it.
  if (judged.state === 'flat' && judged.heap) return undefined;
  const isRising = laterBytes > grownBytes / 4;
  const warmUpBytes = hasHeap(evidence.runtime) ? MAX_HEAP_BYTES : MAX_NATIVE_BYTES;
  const isTooMuch = grownBytes > MAX_BYTES || (isRising && grownBytes > warmUpBytes);
  return isTooMuch ? { note: 'memory-grew', bytes: grownBytes, overMs, isRising } : undefined;
}

const MIB = 1_048_576;
const MAX_BYTES = 100 * MIB;
/** HTTP on Node 20 went from 15 MiB to 44 before it stayed level. */
const MAX_HEAP_BYTES = 32 * MIB;
const MAX_NATIVE_BYTES = 8 * MIB;
