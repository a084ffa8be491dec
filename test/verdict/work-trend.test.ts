import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextConfirmingRound } from '../../src/verdict/confirmation.js';
import type { Evidence, WorkRound } from '../../src/verdict/evidence.js';
import { judge } from '../../src/verdict/judge.js';
import { judgeWork } from '../../src/verdict/work-trend.js';
import { buildEvidence, type Different, leaking } from '../support/evidence.js';

const POLICY = { strict: false, failOn: undefined, allow: {} };
const TICK_NS = 10_000_000;

/** Microseconds of one connection, after so many others; the reading is told too, for noise. */
type Cost = (connections: number, reading: number) => number;

const level: Cost = () => 24;
const staleEntries: Cost = connections => 24 + 0.012 * connections;

const CURVES: ReadonlyArray<
  readonly [what: string, cost: Cost, doublings: number, state: string, own?: Cost]
> = [
  ['a level cost', level, 0, 'flat'],
  ['a level cost with noise on every other reading', (_, i) => 24 + 30 * (i % 2), 3, 'flat'],
  ['entries that are never removed', staleEntries, 0, 'suspect'],
  ['entries that are never removed, followed to 8 080', staleEntries, 3, 'grows'],
  [
    'entries that are never removed, with noise on two of three readings',
    (n, i) => staleEntries(n, i) + 40 * Math.min(1, i % 3),
    3,
    'grows',
  ],
  ['a list of Python that is searched, followed to 4 040', n => 48 + 0.025 * n, 2, 'grows'],
  ['few entries at a great cost of everything else', n => 200 + 0.002 * n, 3, 'flat'],
  ['a runtime that compiles what it uses', n => 60 + 400 * Math.exp(-n / 300), 3, 'flat'],
  ['a heap that is collected from 500 connections on', n => (n < 500 ? 60 : 90), 3, 'flat'],
  ['a cache that fills up by 1 500 connections', n => 24 + 0.03 * Math.min(n, 1_500), 3, 'flat'],
  ['a machine that is slower from 3 000 connections on', n => (n < 3_000 ? 24 : 70), 3, 'suspect'],
  ['a machine that becomes slower all the time', staleEntries, 3, 'flat', n => 100 + 0.06 * n],
];

for (const [what, cost, doublings, state, own] of CURVES) {
  test(`${what}: ${state}`, () => {
    assert.equal(judgeWork(withWork(workOf(cost, doublings, own))).state, state);
  });
}

const WAKE_UPS: ReadonlyArray<
  readonly [what: string, cost: Cost, turns: Cost, doublings: number, state: string]
> = [
  [
    'is woken for each connection, once it has little to do',
    n => 5 + 0.005 * n,
    n => 0.3 + n / 2_000,
    2,
    'flat',
  ],
  ['the same, followed further', n => 7 + 0.002 * n, n => 0.3 + n / 4_000, 3, 'flat'],
  [
    'goes through a list, and works off several at a time now and then',
    staleEntries,
    (_, i) => 0.4 + (i % 3),
    3,
    'grows',
  ],
  [
    'goes through a list for so long that others take the CPU',
    staleEntries,
    n => 1 + staleEntries(n, 0) / 3_000,
    3,
    'grows',
  ],
  [
    'goes through a list, and is woken less as it has more to do',
    staleEntries,
    n => 2 - n / 8_000,
    3,
    'grows',
  ],
];

for (const [what, cost, turns, doublings, state] of WAKE_UPS) {
  test(`a server that ${what}: ${state}`, () => {
    const work = workOf(cost, doublings).map((round, reading) => ({
      ...round,
      turns: round.made * turns(round.connections - round.made / 2, reading),
    }));
    const judged = judgeWork(withWork(work));
    assert.equal(judged.state, state);
    assert.ok(
      judged.perSixthUs.every(us => us > 0),
      `${judged.perSixthUs}`,
    );
  });
}

const BESIDE_OTHERS: ReadonlyArray<readonly [what: string, cost: Cost, doublings: number, state: string]> = [
  ['a line within 2 000 connections', n => 20 + 0.04 * n, 1, 'suspect'],
  ['a line within 4 000 connections', n => 20 + 0.04 * n, 2, 'suspect'],
  ['a line within 8 000 connections', n => 20 + 0.04 * n, 3, 'grows'],
  ['a line that comes to twice the cost', n => 70 + 0.01 * n, 3, 'suspect'],
  ['a third more, in no line', (n, i) => 60 + (n > 4_000 ? 20 : 0) + 3 * (i % 3), 3, 'flat'],
];

for (const [what, cost, doublings, state] of BESIDE_OTHERS) {
  test(`on a machine that others use, ${what}: ${state}`, () => {
    const work = workOf(cost, doublings).map(round => ({ ...round, waitNs: round.livingNs }));
    assert.equal(judgeWork(withWork(work)).state, state);
  });
}

test('a line within the few connections of a short run accuses nobody', () => {
  const work = workOf(n => 20 + 0.04 * n, 0);
  const short = work.map((round, at) => ({
    ...round,
    phase: at < 12 ? ('cycles' as const) : ('confirm' as const),
  }));
  assert.equal(judgeWork(withWork(short, { judgedConnections: 110 })).state, 'suspect');
});

test('twice the cost in no line is no pass, wherever that was', () => {
  const { verdict, checks } = judge(withWork(workOf(n => (n < 3_000 ? 24 : 70), 3)), POLICY);
  assert.equal(verdict, 'undecided');
  assert.equal(checks.find(({ kind }) => kind === 'work')?.status, 'undecided');
});

test('a server whose threads end is judged by ticks, for their time is in no other count', () => {
  const rounds = workOf(n => 400 + 0.3 * n, 3).map(round => ({
    ...round,
    livingNs: 5_000 * round.made,
    ticks: Math.round(round.livingNs / TICK_NS),
  }));
  const { state, perSixthUs } = judgeWork(withWork(rounds));
  assert.equal(state, 'grows');
  assert.ok((perSixthUs.at(-1) ?? 0) > 2_000);
});

test('without the CPU time nothing is said', () => {
  const { checks } = judge(buildEvidence(), POLICY);
  assert.equal(checks.find(({ kind }) => kind === 'work')?.status, 'not-measured');
});

test('a straight line that was followed is a fault, in microseconds', () => {
  const { verdict, findings } = judge(withWork(workOf(staleEntries, 3)), POLICY);
  assert.equal(verdict, 'fail');
  const [finding] = findings;
  assert.equal(finding?.kind, 'work');
  assert.ok(finding?.kind === 'work' && finding.lastUs > 3 * finding.firstUs && finding.perCycle > 0.01);
});

test('a straight line that rises by little is a warning', () => {
  const slow: Cost = n => 100 + 0.009 * n;
  const { verdict, findings } = judge(withWork(workOf(slow, 3)), POLICY);
  assert.equal(verdict, 'pass');
  assert.deepEqual(
    findings.map(({ kind, severity }) => [kind, severity]),
    [['work', 'warn']],
  );
});

test('beside forgotten connections nothing is said of work', () => {
  const evidence = leaking([1, 2, 3], { work: workOf(staleEntries, 3) });
  assert.deepEqual(
    judge(evidence, POLICY).findings.map(({ kind }) => kind),
    ['fd'],
  );
});

test('each round makes as many cycles as there were', () => {
  assert.deepEqual(nextConfirmingRound(withWork(workOf(staleEntries, 0))), {
    cycles: 1_010,
    suspects: ['work'],
  });
  assert.deepEqual(nextConfirmingRound(withWork(workOf(staleEntries, 1))), {
    cycles: 2_020,
    suspects: ['work'],
  });
});

test('no round is made that would take long', () => {
  const pace = [{ cycles: 1_000, durationMs: 10_000, ownCpuMs: 100 }];
  const evidence = withWork(workOf(staleEntries, 0), { pace });
  assert.equal(judgeWork(evidence).state, 'suspect');
  assert.equal(nextConfirmingRound(evidence), undefined);
});

/** 24 rounds of the judged cycles, and then as many connections again and again, in twelve portions each. */
function workOf(cost: Cost, doublings: number, own: Cost = () => 80): WorkRound[] {
  const rounds: WorkRound[] = [];
  let connections = 10;
  const add = (phase: WorkRound['phase'], made: number) => {
    const middle = connections + made / 2;
    const ns = 1_000 * made * cost(middle, rounds.length);
    connections += made;
    rounds.push({
      ...{ phase, connections, made, livingNs: ns, waitNs: 0, turns: made, ticks: Math.round(ns / TICK_NS) },
      ownNs: 1_000 * made * own(middle, rounds.length),
    });
  };
  for (let round = 1; round <= 24; round++)
    add('cycles', Math.round((1_000 * round) / 24) - (connections - 10));
  for (let doubling = 0; doubling < doublings; doubling++) {
    const [from, made] = [connections, connections];
    for (let portion = 1; portion <= 12; portion++)
      add('confirm', Math.round((made * portion) / 12) - (connections - from));
  }
  return rounds;
}

function withWork(work: readonly WorkRound[], different: Different = {}): Evidence {
  return buildEvidence({ work, ...different });
}
