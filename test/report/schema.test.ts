import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { errorReport } from '../../src/cli/report-error.js';
import { ChurnError } from '../../src/errors.js';
import { renderJson } from '../../src/report/registry.js';
import type { Report } from '../../src/report/report.js';
import { judge } from '../../src/verdict/judge.js';
import { ALL_KINDS, KINDS } from '../../src/verdict/kinds.js';
import {
  buildEvidence,
  grown,
  heldClients,
  leaking,
  rounds,
  snapshot,
  tally,
  upTo,
} from '../support/evidence.js';
import { FINDINGS } from '../support/findings.js';
import { buildReport, DEFAULT_POLICY, latency } from '../support/report.js';
import { REPORTS as SAMPLES } from '../support/reports.js';
import { schemaFromTypes } from './schema/from-types.js';

const schema = JSON.parse(
  readFileSync(new URL('../../../src/report/report.schema.json', import.meta.url), 'utf8'),
);
const isValid = new Ajv2020({
  strict: true,
  strictRequired: false,
  allowUnionTypes: true,
  allErrors: true,
}).compile(schema);

const leak = leaking(upTo(1_010));
const REPORTS: ReadonlyArray<readonly [name: string, report: Report, verdict: Report['verdict']]> = [
  ['a clean run', buildReport(), 'pass'],
  ['forgotten connections', buildReport(leak), 'fail'],
  ['threads that recur', buildReport(grown('thread', 10, [13, 16, 19])), 'fail'],
  ['a crash', buildReport(buildEvidence(died())), 'fail'],
  ['a hang', buildReport(buildEvidence({ acceptQueue: 5, queueSettled: leak.settled })), 'fail'],
  [
    'refused cycles',
    buildReport(buildEvidence({ cycles: tally({ completed: 900, failed: 100, failures: { reset: 100 } }) })),
    'fail',
  ],
  [
    'a leak that is allowed',
    buildReport(leak, judge(leak, { ...DEFAULT_POLICY, allow: { fd: 2_000 } })),
    'pass',
  ],
  ['growth in doubt', buildReport(grown('file', 10, [])), 'undecided'],
  ['an interrupted run', buildReport(buildEvidence({ interrupted: true })), 'undecided'],
  [
    'memory that could not be read',
    buildReport(buildEvidence({ rounds: rounds().map(round => ({ ...round, anonBytes: undefined })) })),
    'pass',
  ],
  ['a run beside held clients', buildReport(buildEvidence({ hold: heldClients() })), 'pass'],
  ['a run whose times were taken', buildReport(buildEvidence(), undefined, { latency: latency() }), 'pass'],
  ['an error', anError(), 'error'],
];

for (const [name, report, verdict] of REPORTS) {
  test(`the report of ${name} has verdict ${verdict} and fits the schema`, () => {
    assert.equal(report.verdict, verdict);
    assertFits(JSON.parse(renderJson(report)));
  });
}

for (const [sort, report] of Object.entries(SAMPLES)) {
  test(`the ${sort} report fits the schema, which speaks of every field of it`, () => {
    const json = JSON.parse(renderJson(report));
    assertFits(json);
    assert.deepEqual(undescribed(json, schema, 'report'), []);
  });
}

test('a finding of every kind fits the schema', () => {
  const verdict = judge(leak, DEFAULT_POLICY);
  const report = buildReport(leak, { ...verdict, findings: KINDS.map(kind => FINDINGS[kind]) });
  assert.deepEqual(
    report.findings.map(({ kind }) => kind),
    [...KINDS],
  );
  assertFits(JSON.parse(renderJson(report)));
});

test('the schema names the kinds of finding that there are', () => {
  assert.deepEqual([...schema.$defs.AnyKind.enum].sort(), [...ALL_KINDS].sort());
});

test('the schema that is published is that of the types', () => {
  assert.deepEqual(schema, schemaFromTypes(), 'Write it anew with: npm run schema');
});

test('the schema of an inspection that is published is that of the types', () => {
  const published = readFileSync(
    new URL('../../../src/report/inspection.schema.json', import.meta.url),
    'utf8',
  );
  assert.deepEqual(
    JSON.parse(published),
    schemaFromTypes('Inspection'),
    'Write it anew with: npm run schema',
  );
});

test('every field of a report is described by the schema', () => {
  for (const [, report] of REPORTS)
    assert.deepEqual(undescribed(JSON.parse(renderJson(report)), schema, 'report'), []);
});

test('a field that is not known yet is let through', () => {
  assertFits({ ...parsed(), weather: { degrees: 1 }, runs: [] });
});

const WRONG: ReadonlyArray<readonly [what: string, make: () => object]> = [
  ['a report without its version', () => without(parsed(), 'schemaVersion')],
  ['a report of another version', () => ({ ...parsed(), schemaVersion: 2 })],
  ['a report without a verdict', () => without(parsed(), 'verdict')],
  ['a verdict of its own making', () => ({ ...parsed(), verdict: 'ok' })],
  ['a pass without a target', () => without(parsed(), 'target')],
  ['a pass without cycles', () => without(parsed(), 'cycles')],
  ['a pass with an error', () => ({ ...parsed(), error: { code: 'usage', sentence: 'No.', hint: 'Yes.' } })],
  ['an error without its reason', () => without(parsed(anError()), 'error')],
  ['an error with a target', () => ({ ...parsed(anError()), target: parsed().target })],
  ['an error with cycles', () => ({ ...parsed(anError()), cycles: parsed().cycles })],
  ['a fail that calls itself clean', () => ({ ...parsed(buildReport(leak)), clean: true })],
  ['an interrupted run that calls itself clean', () => ({ ...parsed(), interrupted: true })],
  ['a number for a summary', () => ({ ...parsed(), summary: 0 })],
  ['a negative count of cycles', () => ({ ...parsed(), cycles: { ...parsed().cycles, completed: -1 } })],
  ['half a cycle', () => ({ ...parsed(), cycles: { ...parsed().cycles, completed: 0.5 } })],
  [
    'a reason to stop that is not known',
    () => ({ ...parsed(), cycles: { ...parsed().cycles, stopped: 'bored' } }),
  ],
  ['a time in words', () => ({ ...parsed(), timings: { startupMs: '40 ms' } })],
  ['a check of an unknown kind', () => ({ ...parsed(), checks: [{ ...parsed().checks[0], kind: 'leak' }] })],
  [
    'a check with an unknown status',
    () => ({ ...parsed(), checks: [{ ...parsed().checks[0], status: 'ok' }] }),
  ],
  [
    'a check without its rounds',
    () => ({ ...parsed(), checks: [without(parsed().checks[0] ?? {}, 'perRound')] }),
  ],
  ['a finding of an unknown kind', () => withFinding({ kind: 'leak' })],
  ['a finding of an unknown severity', () => withFinding({ severity: 'error' })],
  ['a finding without a number per cycle', () => withFinding({ perCycle: null })],
  ['a finding without a word', () => withFinding({ title: '' })],
  ['a series of 2001 points', () => ({ ...parsed(), series: Array(2_001).fill(parsed().series[0]) })],
  ['a point without a time', () => ({ ...parsed(), series: [without(parsed().series[0] ?? {}, 'atMs')] })],
  [
    'a phase that is not known',
    () => ({ ...parsed(), phases: [{ phase: 'lunch', startMs: 0, durationMs: 1 }] }),
  ],
  ['a state without descriptors', () => ({ ...parsed(), after: without(parsed().after ?? {}, 'fds') })],
  ['a time that has no percentiles', () => ({ ...parsed(), latency: { since: 'due', late: {} } })],
  ['held clients that are not counted', () => ({ ...parsed(), hold: {} })],
  ['a note that is no text', () => ({ ...parsed(), notes: [null] })],
];

for (const [what, make] of WRONG) {
  test(`${what} is rejected`, () => {
    assert.equal(isValid(make()), false);
  });
}

test('2000 points are accepted', () => {
  assertFits({ ...parsed(), series: Array(2_000).fill(parsed().series[0]) });
});

function assertFits(value: unknown): void {
  assert.equal(isValid(value), true, JSON.stringify(isValid.errors, null, 2));
}

function parsed(report = buildReport()): Report {
  return JSON.parse(renderJson(report));
}

function without(object: object, field: string): object {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== field));
}

function withFinding(different: object): object {
  const report = parsed(buildReport(leak));
  return { ...report, findings: [{ ...report.findings[0], ...different }] };
}

function anError(): Report {
  const io = { argv: ['--port', '9'], nodeVersion: '20.20.2', cpus: 2 } as unknown as Parameters<
    typeof errorReport
  >[0];
  return errorReport(
    io,
    new ChurnError('nothing-listens', 'Nothing listens on port 9.', 'Start the server first.'),
  );
}

function died() {
  return {
    departed: [{ pid: 4_242, comm: 'server', isRoot: true, servedOther: false, replacedBy: undefined }],
    after: snapshot([]),
    cycles: tally({
      requested: 1_000,
      completed: 511,
      failed: 1,
      failures: { reset: 1 },
      firstFailure: { kind: 'reset', code: 'ECONNRESET', connection: 522 },
      acceptedAtLeast: 520,
      stopped: 'server-gone',
    }),
  } as const;
}

/** Paths of fields that the schema does not speak of; what may be anything (`facts`) is not entered. */
function undescribed(value: unknown, node: SchemaNode, path: string): string[] {
  const present = node.anyOf?.find(({ type }) => type !== 'null') ?? node;
  const target = present.$ref ? schema.$defs[present.$ref.slice('#/$defs/'.length)] : present;
  if (Array.isArray(value))
    return value.flatMap((item, index) => undescribed(item, target.items ?? {}, `${path}[${index}]`));
  if (typeof value !== 'object' || value === null || path.endsWith('.facts')) return [];
  return Object.entries(value).flatMap(([name, field]) => {
    const described = target.properties?.[name] ?? target.additionalProperties;
    return described ? undescribed(field, described, `${path}.${name}`) : [`${path}.${name}`];
  });
}

interface SchemaNode {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly anyOf?: readonly SchemaNode[];
}
