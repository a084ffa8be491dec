import { isCrash } from '../exit-words.js';
import type { CheckedProcess } from '../started/checked-process.js';
import { findOpenAtExit, findSanitizerReports } from './checkers.js';
import type {
  CrashFinding,
  Finding,
  GrowthFinding,
  ReloadFinding,
  SanitizerFinding,
  ShutdownFinding,
} from './finding.js';
import type { AtLimit, Life, Reloaded, Stop } from './life.js';
import { applyPolicy, type Policy, type PolicyOutcome } from './policy.js';
import { findUnheard, judgeStatus } from './unheard.js';

/** What is said, and whether that was nothing by the default rules. */
export interface LifeOutcome extends PolicyOutcome<Finding> {
  readonly clean: boolean;
  /** A checker that the verdict waits for had no chance to report. */
  readonly doubtful: boolean;
}

/** What the life of a server that was started says beside the cycles, made up to `connections` in number. */
export function judgeLife(life: Life, connections: number, policy: Policy): LifeOutcome {
  const found = [
    ...judgeLimit(life.limit, connections),
    ...judgeReload(life.reloaded, connections),
    ...judgeShutdown(life),
    ...judgeReports(life, connections),
  ];
  const isHeard = life.unheard.length === 0;
  return {
    ...applyPolicy(found, policy),
    clean: isHeard && found.every(({ severity }) => severity !== 'fail'),
    doubtful: !isHeard && (policy.failOn?.includes('sanitizer') ?? true),
  };
}

function judgeReports({ sanitizers }: Life, connections: number): Finding[] {
  if (sanitizers.length === 0) return [];
  const finding: SanitizerFinding = {
    kind: 'sanitizer',
    severity: 'fail',
    count: sanitizers.length,
    perCycle: sanitizers.length / Math.max(1, connections),
    reports: sanitizers,
  };
  return [finding];
}

/** A server that was gone before it was asked is the matter of `crash`. */
function judgeShutdown({ shutdown, stopped, graceMs }: Life): Finding[] {
  if (!shutdown || stopped.how === 'itself') return [];
  const { how, exit, tookMs, leftBehind, portFree } = stopped;
  const killed = how === 'kill';
  const crashSignal = !killed && isCrash(exit?.signal) ? exit?.signal : undefined;
  if (!killed && crashSignal === undefined && leftBehind.length === 0 && portFree !== false) return [];
  const finding: ShutdownFinding = {
    ...{ kind: 'shutdown', severity: 'fail', count: 1, perCycle: 0 },
    ...{ graceMs, tookMs, killed, crashSignal, leftBehind, portFree },
  };
  return [finding];
}

/** At its limit a server may turn clients away; it must not die, nor spin, and has to serve when they have gone. */
function judgeLimit(limit: AtLimit | undefined, connections: number): Finding[] {
  if (!limit) return [];
  const { openFiles: openFilesLimit, died, replaced } = limit;
  const per = (count: number) => ({ count, perCycle: count / Math.max(1, connections) });
  if (died.length > 0) {
    const crash: CrashFinding = {
      ...{ kind: 'crash', severity: 'fail', ...per(died.length), openFilesLimit },
      ...{ pids: died.map(({ pid }) => pid), endings: died.filter(isTold) },
      ...{ cycles: undefined, connections: undefined, phase: 'hold' },
    };
    return [crash];
  }
  return [
    ...(replaced.length > 0
      ? [
          {
            kind: 'restart',
            severity: 'fail',
            ...per(replaced.length),
            ...{ workers: replaced, cutOff: 0, openFilesLimit },
          } as const,
        ]
      : []),
    ...notServing(limit, connections),
    ...spinning(limit),
    ...keeping(limit),
  ];
}

function isTold({ signal, status }: AtLimit['died'][number]): boolean {
  return signal !== undefined || status !== undefined;
}

function notServing(
  { servedAfterMs, waitedMs, queued, clients, openFiles, reached }: AtLimit,
  connections: number,
): Finding[] {
  if (servedAfterMs !== undefined) return [];
  const count = Math.max(1, queued);
  return [
    {
      ...{ kind: 'hang', severity: 'fail', count, perCycle: count / Math.max(1, connections) },
      ...{ accepted: 0, connected: clients, stalledMs: waitedMs },
      ...{ atFdLimit: reached, openFilesLimit: openFiles },
    },
  ];
}

/** It is a defect, but one that goes with the clients. */
function spinning({ cpuPercent = 0, openFiles: openFilesLimit }: AtLimit): Finding[] {
  if (cpuPercent < SPINNING_PERCENT) return [];
  return [{ kind: 'spin', severity: 'warn', count: 1, perCycle: 0, cpuPercent, openFilesLimit }];
}

/** Connections that are attributed prove themselves; other descriptors may be opened once. */
function keeping({ kept, fdsBefore, fdsAfter, clients, openFiles, servedAfterMs }: AtLimit): Finding[] {
  const count = kept.reduce((sum, group) => sum + group.count, 0);
  if (count === 0 || servedAfterMs === undefined) return [];
  return [
    {
      ...{ kind: 'fd', severity: 'fail', count, perCycle: count / Math.max(1, clients), inWarmup: 0 },
      ...{ fdsBefore, fdsAfter, groups: kept, pattern: undefined, limit: openFiles },
      ...{ connectionsLeft: undefined, spinning: false },
    },
  ];
}

/** An idle server uses nothing; one that spins shares its CPU with whatever else runs on the machine. */
const SPINNING_PERCENT = 25;

/** Old workers have to go, and clients in the middle of a request must not be cut off. */
function judgeReload(reloaded: Reloaded | undefined, connections: number): Finding[] {
  if (!reloaded) return [];
  const { signal, sent: reloads, more, stale, watched, cutOff } = reloaded;
  const perCycle = (count: number) => count / Math.max(1, connections);
  const staying: GrowthFinding<'child'> = {
    ...{ kind: 'child', severity: 'fail', count: more, perCycle: perCycle(more) },
    ...{ perRound: [], limit: undefined, connectionsLeft: undefined, stale: { reloads, pids: stale } },
  };
  const cut: ReloadFinding = {
    ...{ kind: 'reload', severity: 'fail', count: cutOff, perCycle: perCycle(cutOff) },
    ...{ signal, reloads, watched },
  };
  return [...(staysBehind(reloaded) ? [staying] : []), ...(isCutOff(reloaded) ? [cut] : [])];
}

/** A helper may be started with the first reload; what comes with each of them and never goes is no helper. */
function staysBehind({ more, stale, sent }: Reloaded): boolean {
  return sent >= 2 && more >= sent && stale.length > 0;
}

function isCutOff({ cutOff, endsByItself }: Reloaded): boolean {
  return cutOff > 0 && !endsByItself;
}

/** All that the checkers of a server said, by word or by its exit status, and which of them could not say anything. */
export function judgeCheckers(
  { processes, text }: { readonly processes: readonly CheckedProcess[]; readonly text: string },
  stopped: Stop,
): Pick<Life, 'sanitizers' | 'unheard' | 'openAtExit'> {
  const said = findSanitizerReports(text);
  const sanitizers = [...said, ...judgeStatus(processes, stopped, said)];
  // A child that ends has what it serves open, and that is its right.
  const lasting = new Set(processes.filter(({ wasStopped }) => wasStopped).map(({ pid }) => pid));
  return {
    sanitizers,
    unheard: findUnheard(processes, text, stopped),
    openAtExit: findOpenAtExit(text).filter(({ pid }) => lasting.has(pid)),
  };
}
