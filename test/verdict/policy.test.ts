import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding, Kind } from '../../src/verdict/finding.js';
import { applyPolicy, type Policy } from '../../src/verdict/policy.js';
import { DEFAULT_POLICY } from '../support/report.js';

type Outcome = ReadonlyArray<readonly [kind: Kind, severity: Finding['severity']]>;

const found = [finding('child', 3), finding('thread', 10), finding('zombie', 0, 'warn')];

const POLICIES: ReadonlyArray<
  readonly [
    what: string,
    policy: Partial<Policy>,
    outcome: Outcome,
    allowed: ReadonlyArray<readonly [kind: Kind, count: number]>,
  ]
> = [
  [
    'no rule',
    {},
    [
      ['child', 'fail'],
      ['thread', 'fail'],
      ['zombie', 'warn'],
    ],
    [],
  ],
  [
    'strictness, which is about doubts',
    { strict: true },
    [
      ['child', 'fail'],
      ['thread', 'fail'],
      ['zombie', 'warn'],
    ],
    [],
  ],
  [
    'as many allowed as there are',
    { allow: { child: 3 } },
    [
      ['child', 'warn'],
      ['thread', 'fail'],
      ['zombie', 'warn'],
    ],
    [['child', 3]],
  ],
  [
    'one less allowed than there are',
    { allow: { child: 2 } },
    [
      ['child', 'fail'],
      ['thread', 'fail'],
      ['zombie', 'warn'],
    ],
    [],
  ],
  [
    'none allowed',
    { allow: { child: 0 } },
    [
      ['child', 'fail'],
      ['thread', 'fail'],
      ['zombie', 'warn'],
    ],
    [],
  ],
  [
    'failing on one kind',
    { failOn: ['thread'] },
    [
      ['child', 'warn'],
      ['thread', 'fail'],
      ['zombie', 'warn'],
    ],
    [['child', 3]],
  ],
  [
    'failing on nothing',
    { failOn: [] },
    [
      ['child', 'warn'],
      ['thread', 'warn'],
      ['zombie', 'warn'],
    ],
    [
      ['child', 3],
      ['thread', 10],
    ],
  ],
  [
    'failing on one kind, of which enough is allowed',
    { failOn: ['thread'], allow: { thread: 10 } },
    [
      ['child', 'warn'],
      ['thread', 'warn'],
      ['zombie', 'warn'],
    ],
    [
      ['child', 3],
      ['thread', 10],
    ],
  ],
  [
    'a warning allowed, which needs no leave',
    { allow: { zombie: 5 } },
    [
      ['child', 'fail'],
      ['thread', 'fail'],
      ['zombie', 'warn'],
    ],
    [],
  ],
];

for (const [what, policy, outcome, allowed] of POLICIES) {
  test(`with ${what}, ${allowed.length === 0 ? 'nothing is' : allowed.map(([kind]) => kind).join(' and ')} let pass`, () => {
    const applied = applyPolicy(found, { ...DEFAULT_POLICY, ...policy });
    assert.deepEqual(
      applied.findings.map(({ kind, severity }) => [kind, severity]),
      outcome,
    );
    assert.deepEqual(
      applied.allowed.map(({ kind, count }) => [kind, count]),
      allowed,
    );
  });
}

test('a finding that is let pass keeps its facts', () => {
  const [child] = found;
  assert.deepEqual(applyPolicy(found, { ...DEFAULT_POLICY, failOn: [] }).findings[0], {
    ...child,
    severity: 'warn',
  });
});

function finding(
  kind: 'child' | 'thread' | 'zombie',
  count: number,
  severity: Finding['severity'] = 'fail',
): Finding {
  return {
    kind,
    severity,
    count,
    perCycle: count / 1_000,
    perRound: [],
    limit: undefined,
    connectionsLeft: undefined,
  };
}
