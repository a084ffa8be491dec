import { isCrashName } from './departed.js';
import type { Finding, SanitizerFinding, ShutdownFinding } from './finding.js';
import { judgeLimit } from './life/limit.js';
import { judgeReload } from './life/reload.js';
import type { Life } from './life.js';
import { applyPolicy, type Policy, type PolicyOutcome } from './policy.js';

/** What is said, and whether that was nothing by the default rules. */
export interface LifeOutcome extends PolicyOutcome {
  readonly clean: boolean;
}

/** What the life of a server that was started says beside the cycles, made up to `connections` in number. */
export function judgeLife(life: Life, connections: number, policy: Policy): LifeOutcome {
  const found = [
    ...judgeLimit(life.limit, connections),
    ...judgeReload(life.reloaded, connections),
    ...judgeShutdown(life),
    ...judgeReports(life, connections),
  ];
  return { ...applyPolicy(found, policy), clean: found.every(({ severity }) => severity !== 'fail') };
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
  const crashSignal = !killed && isCrashName(exit?.signal) ? exit?.signal : undefined;
  if (!killed && crashSignal === undefined && leftBehind.length === 0 && portFree !== false) return [];
  const finding: ShutdownFinding = {
    ...{ kind: 'shutdown', severity: 'fail', count: 1, perCycle: 0 },
    ...{ graceMs, tookMs, killed, crashSignal, leftBehind, portFree },
  };
  return [finding];
}
