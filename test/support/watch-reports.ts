import type { Report } from '../../src/report/report.js';
import type { Evidence } from '../../src/verdict/evidence.js';
import type { WatchFacts } from '../../src/verdict/watched-load.js';
import { buildEvidence, fd, forgotten, serverFds, serverProcess, snapshot, tally, upTo } from './evidence.js';
import { HOSTILE } from './hostile.js';
import { buildReport } from './report.js';

const LOAD = { command: ['k6', 'run', 'load.js'], status: 0, signal: null, stopped: false };

/** Of a server that others have used, as `gather/watching` hands it over; `kept` of their connections are forgotten. */
function watchEvidence(watch: Partial<WatchFacts>, kept = 0, different: Partial<Evidence> = {}): Evidence {
  const facts: WatchFacts = {
    load: LOAD,
    acceptedBy: 'machine',
    runs: 1,
    durationMs: 30_000,
    accepted: 1_010,
    judgedMs: watch.durationMs ?? 30_000,
    inUse: 0,
    ...watch,
  };
  const held = forgotten(upTo(kept)).map(socket => ({ ...socket, connection: undefined }));
  const fds = [...serverFds(), ...held.map(({ inode }, index) => fd(5 + index, 'socket', inode))];
  return buildEvidence({
    warmup: tally(),
    cycles: tally({
      requested: facts.accepted,
      completed: facts.accepted,
      acceptedAtLeast: facts.accepted,
      durationMs: facts.durationMs,
    }),
    ...{ connections: facts.accepted, judgedConnections: facts.accepted, warmupConnections: 0 },
    ...{ held, heldAtRest: kept },
    after: snapshot([serverProcess({ fds })]),
    ...(kept > 0 && { settled: { state: 'held', lastChangeMs: 5, tookMs: 1_005, asleep: true } as const }),
    watch: facts,
    ...different,
  });
}

/** Phases of equal length, each with so many connections, of which so many are kept. */
function stages(
  ...phases: ReadonlyArray<readonly [name: string | undefined, accepted: number, kept: number]>
) {
  const figures = { fds: 5, anonBytes: 2_097_152, threads: 1, children: 0 };
  const lengthMs = 10_000;
  return {
    pattern: '/Phase started: (\\S+)/',
    lines: 40,
    spans: phases.map(([name, accepted], index) => ({
      ...{ name, accepted, fromMs: index * lengthMs, untilMs: (index + 1) * lengthMs },
      sureFromMs: index * lengthMs + 1_000,
      sureUntilMs: (index + 1) * lengthMs - 500,
      ...{ first: figures, last: { ...figures, anonBytes: undefined } },
    })),
    kept: phases.flatMap(([, , kept], index) =>
      Array.from({ length: kept }, () => ({
        ...{ what: 'connection', isUnique: true },
        sinceMs: index * lengthMs + 4_000,
        untilMs: index * lengthMs + 4_100,
      })),
    ),
  };
}

const COUNTED = { acceptedBy: 'server' } as const;

const hostileLoad = { command: [HOSTILE, '--out', HOSTILE], status: null, signal: 'SIGKILL', stopped: false };

/** What `churn watch` says. */
export const WATCH_REPORTS = {
  watch: buildReport(watchEvidence({})),
  watchLeak: buildReport(watchEvidence({ runs: 4, inUse: 3 }, 40)),
  watchAnybody: buildReport(watchEvidence({ load: undefined, durationMs: 3_600_000 }, 7)),
  watchInterrupted: buildReport(watchEvidence({ load: undefined }, 0, { interrupted: true })),
  watchStages: buildReport(
    watchEvidence({ ...COUNTED, stages: stages(['fin', 500, 0], ['reset', 510, 40]) }, 40),
  ),
  watchStagesPass: buildReport(
    watchEvidence({ ...COUNTED, stages: stages([undefined, 10, 0], ['fin', 500, 0], ['reset', 500, 0]) }),
  ),
  watchStagesIdle: buildReport(
    watchEvidence({ ...COUNTED, stages: stages(['fin', 1_010, 0], ['pause', 0, 0]) }),
  ),
  watchStagesNone: buildReport(watchEvidence({ ...COUNTED, stages: stages([undefined, 1_010, 0]) })),
  watchStagesHostile: buildReport(watchEvidence({ stages: stages([HOSTILE, 1_010, 40]) }, 40)),
  watchHostile: buildReport(watchEvidence({ load: hostileLoad }, 40), undefined, {
    command: [HOSTILE],
    address: HOSTILE,
    comm: HOSTILE,
    note: HOSTILE,
  }),
} as const satisfies Record<string, Report>;
