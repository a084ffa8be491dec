import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderJunit } from '../../../src/report/junit.js';
import { renderMarkdown } from '../../../src/report/markdown.js';
import { renderTap } from '../../../src/report/tap.js';
import { renderText } from '../../../src/report/text.js';
import { matrixLines } from '../../../src/report/thorough/matrix.js';
import { grown, leaking, upTo } from '../../support/evidence.js';
import { buildRow, buildThorough, NO_TLS, TIME_IS_UP } from '../../support/report.js';

const leak = leaking(upTo(1_010));
const found = buildThorough([buildRow('fin'), buildRow('rst', leak), buildRow('byte-rst', leak), NO_TLS]);

test('the whole counts the cycles of all rows that apply', () => {
  const { cycles, before, after } = found;
  assert.deepEqual([cycles?.requested, cycles?.completed, cycles?.warmup], [3_000, 3_000, 30]);
  assert.deepEqual(cycles?.clients, ['fin', 'rst', 'byte-rst']);
  assert.deepEqual([before?.fds, after?.fds], [5, 1_015]);
});

test('the same trouble with several clients is told once, and by whom it came', () => {
  assert.equal(found.findings.length, 1);
  const [finding] = found.findings;
  assert.match(finding?.title ?? '', /^with rst, byte-rst: fds 5 → 1015/);
  assert.equal(finding?.count, 2_020);
  assert.match(finding?.evidence.at(-1) ?? '', /^with byte-rst: fds 5 → 1015/);
  assert.equal(finding?.next, 'churn --port 9000 --client rst');
  assert.deepEqual(finding?.facts['clients'], ['rst', 'byte-rst']);
});

test('the worst of each kind is the whole of it', () => {
  const status = (kind: string) => found.checks.find(check => check.kind === kind)?.status;
  assert.deepEqual([status('fd'), status('thread'), status('reply')], ['fail', 'pass', 'not-measured']);
});

test('the series goes on from row to row', () => {
  const times = found.series.map(({ atMs }) => atMs);
  assert.equal(times.length, 6);
  assert.deepEqual(
    [...times].sort((one, other) => one - other),
    times,
  );
  assert.equal(found.series.at(-1)?.cyclesDone, 3_000);
});

test('columns stand below each other, and a reason goes over all of them', () => {
  assert.deepEqual(matrixLines(found.runs ?? []), [
    '  client    fd                        memory     threads  children  server',
    '  fin       5 → 5                     0 B/cycle  1 → 1    0 → 0     alive',
    '  rst       ✖ kept 1010, 1 per cycle  0 B/cycle  1 → 1    0 → 0     alive',
    '  byte-rst  ✖ kept 1010, 1 per cycle  0 B/cycle  1 → 1    0 → 0     alive',
    '  tls       not applicable: no TLS handshake succeeded',
  ]);
});

test('the verdict names the rows', () => {
  const summary = (...rows: Parameters<typeof buildThorough>) => buildThorough(...rows).summary;
  const doubt = buildRow('half', grown('file', 10, []));
  assert.equal(found.summary, 'FAIL  3000 cycles, fd with rst, byte-rst');
  assert.equal(buildThorough().summary, 'PASS  2000 cycles, 0 leaks');
  assert.equal(
    summary([buildRow('fin'), doubt, TIME_IS_UP]),
    'UNDECIDED  2000 cycles, not decided: half; not run: drip',
  );
  assert.equal(
    summary([buildRow('fin'), TIME_IS_UP], true),
    'INTERRUPTED  1000 cycles, nothing proved; clients tried: 1 of 14',
  );
});

test('every reporter draws the rows', () => {
  assert.match(renderText(found, { colorLevel: 0, columns: 100 }), /^ {2}rst +✖ kept 1010, 1 per cycle/m);
  assert.match(renderMarkdown(found), /^\| rst \| ✖ kept 1010, 1 per cycle \| 0 B\/cycle \|/m);
  const junit = renderJunit(found);
  assert.match(junit, /<testsuite name="churn 127\.0\.0\.1:9000 rst" [^>]*failures="1" errors="0"/);
  assert.match(junit, /<testcase name="fd" classname="churn\.rst"><failure/);
  assert.match(junit, /<testcase name="run" classname="churn\.tls"><skipped>not applicable: no TLS/);
  const tap = renderTap(found);
  assert.match(tap, /^not ok \d+ - rst fd: fds 5 → 1015/m);
  assert.match(tap, /^ok \d+ - fin fd$/m);
  assert.match(tap, /^ok \d+ - tls run # SKIP not applicable/m);
  const late = buildThorough([buildRow('fin'), TIME_IS_UP]);
  assert.match(renderTap(late), /^not ok \d+ - drip run: not run: the time was up/m);
});
