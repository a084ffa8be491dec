import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Evidence } from '../../src/verdict/evidence.js';
import {
  judgeRow,
  knownBefore,
  nextRoundOfRow,
  type RowOutcome,
  reasonToEnd,
  rowOutcomeOf,
  speaksTls,
  wholeVerdict,
} from '../../src/verdict/rows.js';
import type { ClientName } from '../../src/workload/client-names.js';
import { buildEvidence, type Different, grown, leaking, rounds, tally, upTo } from '../support/evidence.js';
import { DEFAULT_POLICY } from '../support/report.js';

const ANSWER = { waitsFor: 'answer' } as const;
const HANDSHAKE = { waitsFor: 'handshake' } as const;
const NOTHING = { waitsFor: 'nothing' } as const;

const few = tally({ requested: 200, completed: 200, acceptedAtLeast: 210, durationMs: 20 });
const unanswered = tally({ requested: 10, failed: 1, failures: { unanswered: 1 }, stopped: 'unanswered' });
const reset = tally({ requested: 10, failed: 10, failures: { reset: 10 } });
const none = tally();

function silent(different: Different = {}): Evidence {
  return buildEvidence({ warmup: unanswered, cycles: none, ...different });
}

const STANDINGS: ReadonlyArray<
  readonly [
    what: string,
    evidence: Evidence,
    facts: Parameters<typeof rowOutcomeOf>[2],
    tls: boolean,
    RowOutcome,
  ]
> = [
  ['a clean row passes', buildEvidence({ cycles: few }), NOTHING, false, { status: 'pass' }],
  ['a row that leaks fails', leaking(upTo(210), { cycles: few }), NOTHING, false, { status: 'fail' }],
  ['silence is not applicable', silent(), ANSWER, false, { status: 'not-applicable', reason: 'unanswered' }],
  [
    'silence to what the user named is a fault',
    silent({ requestIsMeant: true }),
    ANSWER,
    false,
    { status: 'fail' },
  ],
  [
    'but not to what is said without TLS to a server of TLS',
    silent({ requestIsMeant: true }),
    ANSWER,
    true,
    { status: 'not-applicable', reason: 'unanswered' },
  ],
  [
    'a leak beside silence is a leak',
    leaking(upTo(1), { warmup: unanswered, cycles: none }),
    ANSWER,
    false,
    { status: 'fail' },
  ],
  [
    'no TLS is not applicable',
    buildEvidence({ warmup: tally({ failed: 1, failures: { tls: 1 }, stopped: 'no-tls' }), cycles: none }),
    HANDSHAKE,
    false,
    { status: 'not-applicable', reason: 'no-tls' },
  ],
  [
    'nor is a server that resets what is no request to it',
    buildEvidence({ warmup: reset, cycles: none }),
    HANDSHAKE,
    false,
    { status: 'not-applicable', reason: 'no-tls' },
  ],
  [
    'resets without a handshake to make are failures',
    buildEvidence({ warmup: reset, cycles: none }),
    NOTHING,
    false,
    { status: 'fail' },
  ],
  [
    'a strange certificate is not applicable',
    buildEvidence({
      warmup: tally({ failed: 1, failures: { untrusted: 1 }, stopped: 'untrusted' }),
      cycles: none,
    }),
    HANDSHAKE,
    false,
    { status: 'not-applicable', reason: 'untrusted' },
  ],
  [
    'connections that the kernel kept to itself are not applicable',
    buildEvidence({ clients: ['rst'], embryonicResets: 1_010, deferredDrops: 1_010 }),
    NOTHING,
    false,
    { status: 'not-applicable', reason: 'not-handed-over' },
  ],
  [
    'at a full queue they are a doubt',
    buildEvidence({ clients: ['rst'], embryonicResets: 1_010, deferredDrops: 1_010, listenOverflows: 9 }),
    NOTHING,
    false,
    { status: 'undecided' },
  ],
  [
    'an interrupted row was not run',
    buildEvidence({ interrupted: true }),
    NOTHING,
    false,
    { status: 'not-run', reason: 'interrupted' },
  ],
  [
    'unless it had a proof by then',
    leaking(upTo(210), { interrupted: true }),
    NOTHING,
    false,
    { status: 'fail' },
  ],
  [
    'without ports of our own there is no row',
    buildEvidence({
      cycles: tally({ completed: 9, failed: 1, failures: { 'own-ports': 1 }, stopped: 'own-ports' }),
    }),
    NOTHING,
    false,
    { status: 'not-run', reason: 'own-limit' },
  ],
];

for (const [what, evidence, facts, tls, standing] of STANDINGS) {
  test(what, () => {
    assert.deepEqual(rowOutcomeOf(evidence, judgeRow(evidence, DEFAULT_POLICY), facts, tls), standing);
  });
}

test('memory is not judged by a few cycles, only bounded by what a page would hide', () => {
  const evidence = buildEvidence({ cycles: few, judgedConnections: 210 });
  const memory = judgeRow(evidence, DEFAULT_POLICY).checks.find(({ kind }) => kind === 'memory');
  assert.deepEqual([memory?.status, memory?.bound], ['not-measured', 40]);
  const rising = buildEvidence({
    cycles: few,
    rounds: rounds(connections => 2_097_152 + 4_096 * connections),
  });
  const verdict = judgeRow(rising, DEFAULT_POLICY);
  assert.deepEqual(
    [verdict.verdict, verdict.checks.find(({ kind }) => kind === 'memory')?.bound],
    ['pass', undefined],
  );
  assert.equal(nextRoundOfRow(rising), undefined, 'no cycles are spent on it');
});

test('with a thousand cycles a row judges memory by itself', () => {
  const memory = judgeRow(buildEvidence(), DEFAULT_POLICY).checks.find(({ kind }) => kind === 'memory');
  assert.equal(memory?.status, 'pass');
});

test('what may be by chance is confirmed in a row as it is elsewhere', () => {
  assert.deepEqual(nextRoundOfRow({ ...grown('file', 10, []), cycles: few })?.suspects, ['file']);
});

test('a server that is gone, or hangs, ends the rows', () => {
  const end = (evidence: Evidence) => reasonToEnd(evidence, judgeRow(evidence, DEFAULT_POLICY));
  const dead = { pid: 1, comm: 's', isRoot: true, servedOther: false, replacedBy: undefined };
  assert.equal(end(buildEvidence()), undefined);
  assert.equal(end(leaking(upTo(9))), undefined);
  assert.equal(end(buildEvidence({ departed: [dead] })), 'server-gone');
  assert.equal(end(buildEvidence({ listenerGone: true })), 'server-gone');
  assert.equal(end(buildEvidence({ interrupted: true })), 'interrupted');
  assert.equal(
    end(
      buildEvidence({
        acceptQueue: 9,
        queueSettled: { state: 'held', lastChangeMs: 0, tookMs: 5_000, asleep: false },
      }),
    ),
    'server-hangs',
  );
});

test('nobody waits for the same silence twice', () => {
  const unanswered: RowOutcome = { status: 'not-applicable', reason: 'unanswered' };
  const noTls: RowOutcome = { status: 'not-applicable', reason: 'no-tls' };
  const untrusted: RowOutcome = { status: 'not-applicable', reason: 'untrusted' };
  const after = (client: ClientName, other: ClientName, standing: RowOutcome) =>
    knownBefore(client, new Map([[other, standing]]));
  assert.equal(after('reply-rst', 'reply', unanswered), unanswered);
  assert.equal(after('reply-rst', 'reply', { status: 'fail' }), undefined);
  assert.equal(after('tls', 'tls-rst', noTls), noTls);
  assert.equal(after('tls-abort', 'tls-rst', noTls), noTls);
  assert.equal(after('tls', 'tls-rst', untrusted), untrusted);
  assert.equal(after('tls-abort', 'tls-rst', untrusted), undefined, 'a hello needs no trust');
  assert.equal(after('fin', 'tls-rst', noTls), undefined);
  assert.equal(speaksTls(new Map([['tls-rst', noTls]])), false);
  assert.equal(speaksTls(new Map([['tls-rst', { status: 'pass' }]])), true);
});

const clean = { standing: { status: 'pass' }, verdict: judgeRow(buildEvidence(), DEFAULT_POLICY) } as const;
const unread = rounds().map(round => ({ ...round, anonBytes: undefined }));
const memoryUnread = (checker: Evidence['checker']) =>
  ({
    standing: { status: 'pass' },
    verdict: judgeRow(buildEvidence({ rounds: unread, checker }), DEFAULT_POLICY),
  }) as const;
const letPass = {
  standing: { status: 'pass' },
  verdict: judgeRow(leaking(upTo(9)), { ...DEFAULT_POLICY, allow: { fd: 9 } }),
} as const;
const WHOLES: ReadonlyArray<
  readonly [
    what: string,
    rows: Parameters<typeof wholeVerdict>[0],
    interrupted: boolean,
    ReturnType<typeof wholeVerdict>,
  ]
> = [
  ['clean rows are clean', [clean, clean], false, { verdict: 'pass', clean: true }],
  [
    'what does not apply counts for nothing',
    [clean, { standing: { status: 'not-applicable', reason: 'no-tls' } }],
    false,
    { verdict: 'pass', clean: true },
  ],
  [
    'but alone it is no pass',
    [{ standing: { status: 'not-applicable', reason: 'no-tls' } }],
    false,
    { verdict: 'undecided', clean: false },
  ],
  [
    'a row that fails is a fault',
    [clean, { standing: { status: 'fail' } }],
    true,
    { verdict: 'fail', clean: false },
  ],
  [
    'a row in doubt is a doubt',
    [clean, { standing: { status: 'undecided' } }],
    false,
    { verdict: 'undecided', clean: false },
  ],
  [
    'a row that was not run is a doubt',
    [clean, { standing: { status: 'not-run', reason: 'time-is-up' } }],
    false,
    { verdict: 'undecided', clean: false },
  ],
  [
    'memory of which nothing was decided is a doubt',
    [memoryUnread(undefined)],
    false,
    { verdict: 'undecided', clean: false },
  ],
  [
    'memory is left to a checker that will be heard',
    [memoryUnread({ name: 'valgrind', isHeard: true })],
    false,
    { verdict: 'pass', clean: true },
  ],
  ['an interrupted run is a doubt', [clean], true, { verdict: 'undecided', clean: false }],
  ['what was let pass is not clean', [clean, letPass], false, { verdict: 'pass', clean: false }],
];

for (const [what, rows, interrupted, whole] of WHOLES) {
  test(what, () => {
    assert.deepEqual(wholeVerdict(rows, interrupted), whole);
  });
}
