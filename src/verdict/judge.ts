import { isHardlyServed, neverHandedOver, ownOverflows } from './accepted.js';
import { checkCrash } from './checks/crash.js';
import { checkFds } from './checks/fd.js';
import { checkGauge } from './checks/gauge.js';
import { checkGrowth } from './checks/growth.js';
import { checkHang } from './checks/hang.js';
import { checkMemory } from './checks/memory.js';
import { checkRefused } from './checks/refused.js';
import { checkReply } from './checks/reply.js';
import { checkRestart } from './checks/restart.js';
import type { Evidence } from './evidence.js';
import { attempts } from './failures.js';
import type { Check, CheckResult, Finding, Kind } from './finding.js';
import { hasHeap } from './memory-manners.js';
import { judgeMemory } from './memory-trend.js';
import type { Note } from './note.js';
import { ownBottleneck } from './own-bottleneck.js';
import { applyPolicy, type Policy } from './policy.js';
import { idleCpuPercent, isSpinning } from './spinning.js';

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
}

/** What is seen only of a server that was started: `verdict/after-life.ts` judges it. */
type KindOfLife = 'sanitizer' | 'shutdown' | 'reload' | 'spin';

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
  gauge: checkGauge,
} as const satisfies Record<Exclude<Kind, KindOfLife>, (evidence: Evidence) => CheckResult>;

/**
 * Pure: evidence in, verdict out. A proven fault beats everything; a doubt about anything but memory is no pass;
 * memory in doubt is a pass with its bound beside it, unless `strict`.
 */
export function judge(evidence: Evidence, policy: Policy): Verdict {
  const results = Object.values(CHECKS).map(check => observed(check(evidence), evidence));
  const found = results.flatMap(({ findings }) => findings);
  const { findings, allowed } = applyPolicy(found, policy);
  const checks = results.map(({ check }) => check);
  const unseen = evidence.after.deniedPids.length > 0;
  const doubts = checks.filter(({ status }) => status === 'undecided');
  // A steady rise that had no time to prove itself is no pass, but in a heap that may still be growing to its size.
  const steadyRise = !hasHeap(evidence.runtime) && judgeMemory(evidence).steady;
  const doubtful = doubts.some(({ kind }) => policy.strict || kind !== 'memory' || steadyRise);
  const served = attempts(evidence) > 0 && !isHardlyServed(evidence);
  // It has gone on accepting since, but not in time for all cycles to be made.
  const stalled = evidence.cycles.stopped === 'accept-stalled';
  const finished =
    !evidence.interrupted && !unseen && served && !stalled && evidence.far?.isServing !== false;
  const failed = findings.some(({ severity }) => severity === 'fail');
  const verdict = failed ? 'fail' : doubtful || !finished ? 'undecided' : 'pass';
  return {
    verdict,
    // What a server says of itself is no proof of what it holds.
    clean: verdict === 'pass' && !evidence.far && !found.some(({ severity }) => severity === 'fail'),
    checks,
    findings,
    allowed,
    notes: [...results.flatMap(({ notes }) => notes), ...runNotes(evidence)],
  };
}

/** What could not be observed is not measured, whatever the numbers seem to say. */
function observed(result: CheckResult, { blind = [] }: Evidence): CheckResult {
  if (!blind.includes(result.check.kind)) return result;
  const nothing = { before: undefined, after: undefined, perRound: [], bound: undefined };
  return { check: { ...result.check, ...nothing, status: 'not-measured' }, findings: [], notes: [] };
}

/** What is worth saying about the run as a whole. */
function runNotes(evidence: Evidence): Note[] {
  const notes: Note[] = [];
  if (evidence.far) notes.push({ note: 'far', isServing: evidence.far.isServing });
  const confirming = evidence.apart.reduce((sum, { cycles }) => sum + cycles, evidence.confirm.completed);
  const { cycles } = evidence;
  // How often a load was made stands beside it.
  if (confirming > 0 && !evidence.watch) notes.push({ note: 'confirmed-with', cycles: confirming });
  notes.push(...ownBottleneck(evidence));
  const { hold } = evidence;
  if (hold && hold.opened < hold.wanted && !hold.blocked) {
    notes.push({ note: 'held-short', opened: hold.opened, wanted: hold.wanted });
  }
  if (hold && hold.ended > 0) notes.push({ note: 'held-ended', count: hold.ended, of: hold.opened });
  if (isSpinning(evidence)) {
    notes.push({ note: 'spinning', cpuPercent: Math.round(idleCpuPercent(evidence) ?? 0) });
  }
  if (cycles.closedByServer > 0 && cycles.closedByServer >= cycles.completed / 2) {
    notes.push({ note: 'instant-eof', count: cycles.closedByServer, of: cycles.completed });
  }
  if (isHardlyServed(evidence)) {
    notes.push({ note: 'not-handed-over', count: neverHandedOver(evidence), of: attempts(evidence) });
  }
  const overflows = ownOverflows(evidence);
  if (overflows > 0) notes.push({ note: 'overflows', count: overflows });
  if (evidence.after.deniedPids.length > 0) notes.push({ note: 'unseen', pids: evidence.after.deniedPids });
  return notes;
}
