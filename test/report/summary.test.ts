import assert from 'node:assert/strict';
import { test } from 'node:test';
import { summarize } from '../../src/report/summary.js';
import type { Evidence } from '../../src/verdict/evidence.js';
import { judge } from '../../src/verdict/judge.js';
import type { Policy } from '../../src/verdict/policy.js';
import type { WatchFacts } from '../../src/verdict/watched-load.js';
import {
  buildEvidence,
  forgotten,
  grown,
  leaking,
  serverProcess,
  snapshot,
  tally,
  upTo,
} from '../support/evidence.js';
import { FINDINGS } from '../support/findings.js';
import { buildReport, DEFAULT_POLICY } from '../support/report.js';

const { settled } = leaking([]);
const root = { pid: 4_242, comm: 'server', isRoot: true, servedOther: false, replacedBy: undefined };
const denied = { after: snapshot([serverProcess()], { deniedPids: [4_243] }) };

const SUMMARIES: ReadonlyArray<readonly [evidence: Evidence, policy: Partial<Policy>, summary: string]> = [
  [buildEvidence(), {}, 'PASS  1000 cycles, 0 leaks'],
  [buildEvidence({ cycles: tally({ completed: 100_000 }) }), {}, 'PASS  100000 cycles, 0 leaks'],
  [leaking(upTo(1_010)), {}, 'FAIL  1000 cycles, leaked file descriptors: 1010'],
  [leaking([512]), {}, 'FAIL  1000 cycles, leaked file descriptors: 1'],
  [leaking(upTo(1_010)), { allow: { fd: 2_000 } }, 'PASS  1000 cycles, allowed: fd 1010'],
  [grown('thread', 10, [13, 16, 19]), {}, 'FAIL  1000 cycles, leaked threads: 10'],
  [grown('thread', 10, []), {}, 'UNDECIDED  1000 cycles, not decided: thread'],
  [
    grown('file', 10, [], { settled: { ...settled, state: 'draining' } }),
    {},
    'UNDECIDED  1000 cycles, not decided: fd',
  ],
  [
    buildEvidence({ clients: ['rst'], embryonicResets: 1_010, deferredDrops: 1_010 }),
    {},
    'UNDECIDED  1000 cycles, the server accepted only 0 of 1010 connections',
  ],
  [buildEvidence({ queueSettled: settled, acceptQueue: 5 }), {}, 'FAIL  1000 cycles, the server hangs'],
  [
    buildEvidence({ departed: [root], settled, held: forgotten([11, 12]) }),
    {},
    'FAIL  1000 cycles, the server died, leaked file descriptors: 2',
  ],
  [
    buildEvidence({ cycles: tally({ completed: 900, failed: 100, failures: { reset: 100 } }) }),
    {},
    'FAIL  900 cycles, failed connections: 100',
  ],
  [
    buildEvidence({ cycles: tally({ completed: 417 }), interrupted: true }),
    {},
    'INTERRUPTED  417 cycles of 1000, nothing proved',
  ],
  [leaking([11], { interrupted: true }), {}, 'FAIL  1000 cycles, leaked file descriptors: 1'],
  [buildEvidence(denied), {}, 'UNDECIDED  1000 cycles, not everything could be seen'],
];

for (const [evidence, policy, summary] of SUMMARIES) {
  test(summary, () => {
    const verdict = judge(evidence, { ...DEFAULT_POLICY, ...policy });
    const { cycles } = buildReport(evidence, verdict);
    assert.ok(cycles);
    assert.equal(summarize(verdict, cycles, evidence.interrupted), summary);
  });
}

test('memory that is leaked is told by the cycle, and by the connection where others made them', () => {
  const evidence = buildEvidence();
  const verdict = {
    ...judge(evidence, DEFAULT_POLICY),
    verdict: 'fail',
    findings: [FINDINGS.memory],
  } as const;
  const { cycles } = buildReport(evidence);
  assert.ok(cycles);
  const watch: WatchFacts = {
    ...{ load: undefined, acceptedBy: 'server', runs: 0, durationMs: 2_000, judgedMs: 2_000 },
    ...{ accepted: 1_010, inUse: 0 },
  };
  assert.match(summarize(verdict, cycles, false), /leaked memory: [\d.]+ B\/cycle$/);
  assert.match(summarize(verdict, cycles, false, watch), /leaked memory: [\d.]+ B\/connection$/);
});
