import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Finding } from '../../src/verdict/finding.js';
import { judgeStages, type StageReason, type StageRow } from '../../src/verdict/stages.js';
import type { KeptSince, StageFacts } from '../../src/verdict/watched-load.js';
import { FINDINGS } from '../support/findings.js';

const FIGURES = { fds: 5, anonBytes: 4_096, threads: 1, children: 0 };

type Phase = readonly [name: string | undefined, accepted: number];

/** Phases of ten seconds, each sure from its first second to its last half. */
function spans(...phases: readonly Phase[]): StageFacts['spans'] {
  return phases.map(([name, accepted], index) => ({
    ...{ name, accepted, fromMs: index * 10_000, untilMs: (index + 1) * 10_000 },
    sureFromMs: index * 10_000 + 1_000,
    sureUntilMs: index === phases.length - 1 ? Number.POSITIVE_INFINITY : (index + 1) * 10_000 - 500,
    ...{ first: FIGURES, last: FIGURES },
  }));
}

function kept(count: number, atMs: number, different: Partial<KeptSince> = {}): KeptSince[] {
  const one = { what: 'connection', isUnique: true, sinceMs: atMs - 100, untilMs: atMs, ...different };
  return Array.from({ length: count }, () => one);
}

const FD = {
  ...FINDINGS.fd,
  severity: 'fail',
  groups: FINDINGS.fd.groups.slice(0, 1).map(group => ({ ...group, what: 'connection' as const })),
} satisfies Finding;
const FILES = {
  ...FD,
  groups: FD.groups.map(group => ({ ...group, what: 'file' as const })),
} satisfies Finding;
const OUTSIDE = {
  ...FD,
  groups: [...FD.groups, ...FD.groups.map(group => ({ ...group, what: 'outside' as const }))],
} satisfies Finding;

type Told = readonly [status: StageRow['status'], kept: number, reason?: StageReason];

interface Case {
  readonly what: string;
  readonly phases: readonly Phase[];
  readonly kept?: readonly KeptSince[];
  readonly findings?: readonly Finding[];
  readonly verdict?: 'pass' | 'fail' | 'undecided';
  readonly told: readonly Told[];
}

const CLEAN: Told = ['pass', 0];
const TWO: Case['phases'] = [
  ['fin', 100],
  ['reset', 100],
];

const CASES: readonly Case[] = [
  { what: 'a clean server is clean in each phase', phases: TWO, verdict: 'pass', told: [CLEAN, CLEAN] },
  {
    what: 'what came in the middle of a phase is of that phase',
    phases: TWO,
    kept: kept(40, 15_000),
    told: [CLEAN, ['fail', 40]],
  },
  {
    what: 'what came right behind an announcement is of the phase that keeps something for sure',
    phases: TWO,
    kept: [...kept(40, 15_000), ...kept(9, 10_400), ...kept(2, 9_900)],
    told: [CLEAN, ['fail', 51]],
  },
  {
    what: 'where both sides of an announcement keep something, it is of its time',
    phases: TWO,
    kept: [...kept(40, 5_000), ...kept(3, 9_900), ...kept(9, 10_400), ...kept(40, 15_000)],
    told: [
      ['fail', 43],
      ['fail', 49],
    ],
  },
  {
    what: 'what came at an announcement alone may be of either side',
    phases: TWO,
    kept: kept(3, 10_200),
    told: [
      ['undecided', 0, 'border'],
      ['undecided', 0, 'border'],
    ],
  },
  {
    what: 'a few in the phase after one that keeps all may be of clients that are left of it',
    phases: [
      ['reset', 100],
      ['fin', 1_000],
    ],
    kept: [...kept(100, 5_000), ...kept(20, 13_000)],
    told: [
      ['fail', 100],
      ['undecided', 20, 'left-behind'],
    ],
  },
  {
    what: 'a phase in which nobody came is no pass',
    phases: [
      ['fin', 100],
      ['pause', 0],
    ],
    verdict: 'pass',
    told: [CLEAN, ['not-run', 0, 'nobody-came']],
  },
  {
    what: 'of a phase that may keep something nobody says that nobody came',
    phases: [
      ['fin', 100],
      ['late', 0],
    ],
    kept: kept(3, 10_200),
    told: [
      ['undecided', 0, 'border'],
      ['undecided', 0, 'border'],
    ],
  },
  {
    what: 'what is kept and was not accused accuses no phase',
    phases: TWO,
    kept: kept(1, 15_000, { what: 'file', isUnique: false }),
    verdict: 'pass',
    told: [CLEAN, CLEAN],
  },
  {
    what: 'files are told by the phase in which nearly all of them came',
    phases: TWO,
    kept: [
      ...kept(3, 5_000, { what: 'file', isUnique: false }),
      ...kept(60, 15_000, { what: 'file', isUnique: false }),
    ],
    findings: [FILES],
    told: [
      ['undecided', 3, 'weak'],
      ['fail', 60],
    ],
  },
  {
    what: 'memory that grows has no phase, and excuses none',
    phases: TWO,
    findings: [{ ...FINDINGS.memory, severity: 'fail' }],
    told: [
      ['undecided', 0, 'other-findings'],
      ['undecided', 0, 'other-findings'],
    ],
  },
  {
    what: 'sockets that somebody outside of the server holds have no phase',
    phases: TWO,
    kept: kept(40, 15_000),
    findings: [OUTSIDE],
    told: [
      ['undecided', 0, 'other-findings'],
      ['fail', 40],
    ],
  },
  {
    what: 'where the whole is not decided, no phase is clean',
    phases: TWO,
    kept: kept(40, 15_000),
    findings: [],
    verdict: 'undecided',
    told: [
      ['undecided', 0, 'whole'],
      ['undecided', 0, 'whole'],
    ],
  },
  {
    what: 'a phase that comes again is one row',
    phases: [
      ['reset', 100],
      ['fin', 100],
      ['reset', 100],
    ],
    kept: [...kept(40, 5_000), ...kept(40, 25_000)],
    told: [['fail', 80], CLEAN],
  },
  {
    what: 'what came before the first announcement is a row of its own if something of it is kept',
    phases: [
      [undefined, 100],
      ['fin', 100],
    ],
    kept: kept(40, 5_000),
    told: [['fail', 40], CLEAN],
  },
];

describe('of the phases of a load', () => {
  for (const { what, phases, kept: those = [], findings = [FD], verdict = 'fail', told } of CASES) {
    test(what, () => {
      const facts = { pattern: '/x/', lines: 9, spans: spans(...phases), kept: those };
      const rows = judgeStages(facts, { verdict, findings: verdict === 'pass' ? [] : findings }, true);
      assert.deepEqual(
        rows.map(({ status, kept: count, reason }) => (reason ? [status, count, reason] : [status, count])),
        told,
      );
    });
  }
});
