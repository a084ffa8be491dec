import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Evidence } from '../../src/verdict/evidence.js';
import { judge, type Verdict } from '../../src/verdict/judge.js';
import { KINDS } from '../../src/verdict/kinds.js';
import type { Policy } from '../../src/verdict/policy.js';
import {
  buildEvidence,
  forgotten,
  grown,
  leaking,
  rounds,
  serverProcess,
  snapshot,
  tally,
  upTo,
} from '../support/evidence.js';
import { DEFAULT_POLICY } from '../support/report.js';

const { settled } = leaking([]);
const root = { pid: 4_242, comm: 'server', isRoot: true, servedOther: false, replacedBy: undefined };
const inDoubt = rounds(n => 2_097_152 + 200 * n);
const denied = { after: snapshot([serverProcess()], { deniedPids: [4_243] }) };
const interrupted = { interrupted: true } as const;

const VERDICTS: ReadonlyArray<
  readonly [
    what: string,
    evidence: Evidence,
    policy: Partial<Policy>,
    verdict: Verdict['verdict'],
    clean: boolean,
  ]
> = [
  ['a clean run', buildEvidence(), {}, 'pass', true],
  ['a clean run, strictly', buildEvidence(), { strict: true }, 'pass', true],
  ['one forgotten connection in a thousand', leaking([512]), {}, 'fail', false],
  ['a forgotten connection of the warm-up', leaking([1]), {}, 'fail', false],
  ['a leak that is allowed', leaking([512]), { allow: { fd: 1 } }, 'pass', false],
  ['a leak that is not what fails', leaking([512]), { failOn: ['crash'] }, 'pass', false],
  ['a leak beyond what is allowed', leaking([512, 513]), { allow: { fd: 1 } }, 'fail', false],
  ['a crash', buildEvidence({ departed: [root] }), {}, 'fail', false],
  ['a hang', buildEvidence({ queueSettled: settled, acceptQueue: 5 }), {}, 'fail', false],
  [
    'one reset in a thousand',
    buildEvidence({ cycles: tally({ completed: 999, failed: 1, failures: { reset: 1 } }) }),
    {},
    'pass',
    true,
  ],
  ['threads that recur', grown('thread', 10, [13, 16, 19]), {}, 'fail', false],
  ['threads in doubt', grown('thread', 10, [13]), {}, 'undecided', false],
  ['threads that were started once', grown('thread', 8, [8, 8, 8]), {}, 'pass', true],
  [
    'a server that still drains',
    leaking([1], { settled: { ...settled, state: 'draining' } }),
    {},
    'undecided',
    false,
  ],
  ['a heap in doubt', buildEvidence({ rounds: inDoubt, runtime: 'v8' }), {}, 'undecided', false],
  ['a steady rise in doubt, without a heap', buildEvidence({ rounds: inDoubt }), {}, 'undecided', false],
  ['memory in doubt, strictly', buildEvidence({ rounds: inDoubt }), { strict: true }, 'undecided', false],
  ['memory that could not be read', buildEvidence({ rounds: [] }), {}, 'pass', true],
  ['a worker that may not be read', buildEvidence(denied), {}, 'undecided', false],
  ['a leak beside a worker that may not be read', leaking([512], denied), {}, 'fail', false],
  ['an interrupted run', buildEvidence(interrupted), {}, 'undecided', false],
  ['an interrupted run with a leak', leaking([512], interrupted), {}, 'fail', false],
  [
    'an interrupted run with a leak that is allowed',
    leaking([512], interrupted),
    { allow: { fd: 1 } },
    'undecided',
    false,
  ],
  ['no cycle at all', buildEvidence({ warmup: tally(), cycles: tally() }), {}, 'undecided', false],
  [
    'a leak beside growth in doubt',
    grown('thread', 10, [], { held: forgotten([11]), settled }),
    {},
    'fail',
    false,
  ],
];

for (const [what, evidence, policy, verdict, clean] of VERDICTS) {
  test(`${what}: ${verdict}${clean ? ', and clean' : ''}`, () => {
    const judged = judge(evidence, { ...DEFAULT_POLICY, ...policy });
    assert.equal(judged.verdict, verdict);
    assert.equal(judged.clean, clean);
  });
}

test('every kind of trouble that cycles can show is checked, in the order of the report', () => {
  const checked = judge(buildEvidence(), DEFAULT_POLICY).checks.map(({ kind }) => kind);
  assert.deepEqual(
    checked,
    KINDS.filter(kind => !['sanitizer', 'reload', 'shutdown'].includes(kind)),
  );
});

test('what was let pass is listed', () => {
  const { allowed, findings } = judge(leaking([512]), { ...DEFAULT_POLICY, allow: { fd: 5 } });
  assert.deepEqual(allowed, [{ kind: 'fd', count: 1 }]);
  assert.equal(findings[0]?.severity, 'warn');
});

const busy = {
  from: snapshot([serverProcess({ cpuTicks: 0 })], { atMs: 0 }),
  to: snapshot([serverProcess({ cpuTicks: 29 })], { atMs: 300 }),
};

const NOTES: ReadonlyArray<readonly [what: string, evidence: Evidence, notes: Verdict['notes']]> = [
  ['a clean run', buildEvidence(), []],
  [
    'confirming cycles',
    buildEvidence({ confirm: tally({ completed: 300 }) }),
    [{ note: 'confirmed-with', cycles: 300 }],
  ],
  ['a server that spins', buildEvidence({ quiet: busy }), [{ note: 'spinning', cpuPercent: 97 }]],
  [
    'a server that closes first every second time',
    eof(500),
    [{ note: 'instant-eof', count: 500, of: 1_000 }],
  ],
  ['a server that closes first less often', eof(499), []],
  ['a queue of somebody else that overflowed', buildEvidence({ listenOverflows: 3, ownDrops: 0 }), []],
  ['a queue that overflowed', buildEvidence({ listenOverflows: 3 }), [{ note: 'overflows', count: 3 }]],
  ['a process that may not be read', buildEvidence(denied), [{ note: 'unseen', pids: [4_243] }]],
];

for (const [what, evidence, notes] of NOTES) {
  test(`of ${what} ${notes.length > 0 ? 'there is a note' : 'nothing is noted'}`, () => {
    assert.deepEqual(judge(evidence, DEFAULT_POLICY).notes, notes);
  });
}

test('the same evidence has the same verdict', () => {
  const evidence = leaking(upTo(100));
  assert.deepEqual(judge(evidence, DEFAULT_POLICY), judge(evidence, DEFAULT_POLICY));
});

function eof(closedByServer: number): Evidence {
  return buildEvidence({ cycles: tally({ completed: 1_000, closedByServer }) });
}

test('cycles that stood still are no pass, although the queue has drained since', () => {
  const cycles = tally({ requested: 1_000, completed: 112, stopped: 'accept-stalled' });
  const { verdict, clean } = judge(buildEvidence({ cycles }), DEFAULT_POLICY);
  assert.deepEqual([verdict, clean], ['undecided', false]);
});
