import type { Evidence } from '../evidence.js';
import type { CheckResult } from '../finding.js';
import type { Note } from '../note.js';
import { identity } from '../processes.js';
import { isProven } from '../proven.js';
import { forecast } from '../watched-load.js';
import { judgeWork, type StaleEntries, type WorkJudgement } from '../work-trend.js';

/** Noise that could not be told from growth, as it is on a busy machine, accuses nobody. */
const STATUS = { flat: 'pass', suspect: 'not-measured', grows: 'fail', unmeasured: 'not-measured' } as const;

/** CPU time per connection: what is never removed from a list costs each later connection more. */
export function checkWork(evidence: Evidence): CheckResult {
  const work = judgeWork(evidence);
  const isAtRest = evidence.settled.state !== 'draining' && !evidence.departed.some(({ isRoot }) => isRoot);
  const isKnown = work.state !== 'unmeasured' && isAtRest;
  const { stale } = work;
  const severity =
    !isKnown || isProven(evidence)
      ? undefined
      : work.state === 'grows'
        ? 'fail'
        : work.seemsToGrow
          ? 'warn'
          : undefined;
  const [firstUs = 0, lastUs = 0] = [work.perSixthUs[0], work.perSixthUs.at(-1)].map(us => round(us ?? 0));
  return {
    check: {
      kind: 'work',
      status:
        severity ??
        (!isKnown || isProven(evidence) ? 'not-measured' : work.inDoubt ? 'undecided' : STATUS[work.state]),
      before: isKnown ? firstUs : undefined,
      after: isKnown ? lastUs : undefined,
      perRound: severity ? work.perSixthUs.map(round) : [],
      bound: undefined,
    },
    findings: severity
      ? [
          {
            ...{ kind: 'work', severity, firstUs, lastUs },
            count: Math.max(1, Math.round(lastUs - firstUs)),
            // Where entries tell it, noise may hide what they cost.
            perCycle: Math.max(0, Number(work.slopeUs.toPrecision(2))),
            connections: work.connections,
            perSixthUs: work.perSixthUs.map(round),
            ...(stale && { stale, ...limitOf(stale, evidence) }),
          },
        ]
      : [],
    notes: isKnown && work.inDoubt && !isProven(evidence) ? [doubtOf(work, firstUs, lastUs)] : [],
  };
}

/** poll(2) refuses to be given more entries than the process may have descriptors. */
function limitOf({ before, after, connections }: StaleEntries, { fdLimit, watch }: Evidence) {
  if (fdLimit === undefined) return {};
  const left = Math.max(0, fdLimit - after);
  return { limit: fdLimit, ...forecast(left, after - before, connections, watch) };
}

function doubtOf({ stale }: WorkJudgement, firstUs: number, lastUs: number): Note {
  return stale
    ? { note: 'stale-entries', before: stale.before, after: stale.after }
    : { note: 'work-undecided', firstUs, lastUs };
}

function round(us: number): number {
  return us < 10 ? Math.round(10 * us) / 10 : Math.round(us);
}

/**
 * CPU time at rest, after the cycles and not before. Beside a forgotten connection it is the same fault: a loop that is
 * woken by its end of file; then a note tells it.
 */
export function checkSpin(evidence: Evidence): CheckResult {
  const spins = isSpinning(evidence);
  const isKnown = evidence.quiet !== undefined || evidence.settled.state === 'back';
  const isFound = spins && !evidence.ranBefore && !isProven(evidence);
  const percent = Math.max(1, Math.round(idleCpuPercent(evidence.quiet) ?? 0));
  return {
    check: {
      kind: 'spin',
      status: isFound ? 'fail' : isKnown && !spins ? 'pass' : 'not-measured',
      before: undefined,
      after: spins ? percent : undefined,
      perRound: [],
      bound: undefined,
    },
    findings: isFound
      ? [
          {
            kind: 'spin',
            severity: 'fail',
            count: 1,
            perCycle: 0,
            cpuPercent: percent,
            openFilesLimit: undefined,
          },
        ]
      : [],
    notes: [],
  };
}

/** Percent of one CPU that the tree used while it was left alone; undefined when that was too short to tell. */
export function idleCpuPercent(quiet: Evidence['quiet']): number | undefined {
  if (!quiet) return undefined;
  const { from, to } = quiet;
  const wallMs = to.atMs - from.atMs;
  if (wallMs < MIN_MS) return undefined;
  const started = new Map(from.processes.map(process => [identity(process), process.cpuTicks]));
  const ticks = to.processes.reduce(
    (sum, process) => sum + process.cpuTicks - (started.get(identity(process)) ?? process.cpuTicks),
    0,
  );
  return (ticks * TICK_MS * 100) / wallMs;
}

/**
 * A server that nobody talks to and that still keeps a CPU busy: a poll loop that ignores EOF, or EMFILE. On a busy machine
 * it gets little of one, but is never seen asleep.
 */
export function isSpinning(evidence: Pick<Evidence, 'quiet'>): boolean {
  const percent = idleCpuPercent(evidence.quiet) ?? 0;
  return percent >= SPINNING_PERCENT || (evidence.quiet?.runsOn === true && percent > 0);
}

/** CPU time is counted in ticks of 10 ms (USER_HZ): "idle" needs ten of them at least. */
const TICK_MS = 10;
const MIN_MS = 200;
/** An idle server uses nothing; one that spins shares its CPU with whatever else runs on the machine. */
export const SPINNING_PERCENT = 25;
