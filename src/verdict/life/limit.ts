import type { CrashFinding, Finding } from '../finding.js';
import type { AtLimit } from '../life.js';

/** At its limit a server may turn clients away; it must not die, nor spin, and has to serve when they have gone. */
export function judgeLimit(limit: AtLimit | undefined, connections: number): Finding[] {
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
