import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderJson } from '../../src/report/registry.js';
import { SCHEMA_VERSION } from '../../src/report/report.js';
import { leaking, upTo } from '../support/evidence.js';
import { buildReport } from '../support/report.js';

test('the whole report is one object, and comes back as it was', () => {
  const report = buildReport(leaking(upTo(10)));
  assert.deepEqual(JSON.parse(renderJson(report)), JSON.parse(JSON.stringify(report)));
});

test('the version of the schema stands first', () => {
  assert.ok(renderJson(buildReport()).startsWith(`{\n  "schemaVersion": ${SCHEMA_VERSION},\n`));
});

test('only the summary of a clean run may read as a proof', () => {
  const clean = buildReport();
  assert.equal(JSON.parse(renderJson(clean)).summary, 'PASS  1000 cycles, 0 leaks');
  assert.equal(JSON.parse(renderJson({ ...clean, clean: false })).summary, 'PASS  1000 cycles, 0·leaks');
  assert.deepEqual(JSON.parse(renderJson({ ...clean, notes: ['0 leaks'] })).notes, ['0·leaks']);
});

test('a list of a thousand descriptors keeps its two ends, every held one is listed by itself', () => {
  const { findings, held } = buildReport(leaking(upTo(1_010)));
  const groups = findings[0]?.facts['groups'] as readonly { fdNumbers: number[] }[] | undefined;
  assert.deepEqual(groups?.[0]?.fdNumbers, [...upTo(10).map(n => n + 4), ...upTo(10).map(n => n + 1_004)]);
  assert.equal(held.length, 1_000);
  assert.deepEqual(held[0], {
    what: 'connection',
    state: 'CLOSE_WAIT',
    inode: 6_001,
    pid: 4_242,
    fd: 5,
    cycle: 1,
    phase: 'warm-up',
    client: null,
  });
  assert.equal(held[10]?.cycle, 1);
  assert.equal(held[10]?.phase, 'cycles');
});
