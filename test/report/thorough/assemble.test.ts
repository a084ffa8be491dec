import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderHtml } from '../../../src/report/html.js';
import { renderJunit } from '../../../src/report/junit.js';
import { renderMarkdown } from '../../../src/report/markdown.js';
import type { Report } from '../../../src/report/report.js';
import { renderTap } from '../../../src/report/tap.js';
import { renderText } from '../../../src/report/text.js';
import { matrixLines } from '../../../src/report/thorough/matrix.js';
import { grown, leaking, upTo } from '../../support/evidence.js';
import { buildRouteRow, buildRow, buildThorough, NO_TLS, TIME_IS_UP } from '../../support/report.js';

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

const drawn = ({ runs = [] }: Report, width: number) => matrixLines(runs, width).map(({ text }) => text);

test('columns stand below each other, and a reason goes over all of them', () => {
  assert.deepEqual(drawn(found, 100), [
    '  client    fd                   memory     threads  children  server',
    '  fin       5 → 5                0 B/cycle  1 → 1    0 → 0     alive',
    '  rst       ✖ 1010, 1 per cycle  0 B/cycle  1 → 1    0 → 0     alive',
    '  byte-rst  ✖ 1010, 1 per cycle  0 B/cycle  1 → 1    0 → 0     alive',
    '  tls       not applicable: no TLS handshake succeeded',
  ]);
});

const routes = (...faulty: readonly string[]) =>
  buildThorough([
    buildRow('fin'),
    buildRow('reply', leak),
    ...['GET /', 'GET /api/items/{id}'].map(route =>
      buildRouteRow(route, faulty.includes(route) ? leak : undefined),
    ),
    buildRow('mixed'),
  ]);

test('of several routes each has a row below the clients, and the guilty one is named first', () => {
  const report = routes('GET /api/items/{id}');
  assert.deepEqual(drawn(report, 100), [
    '  client               fd                   memory     threads  children  server',
    '  fin                  5 → 5                0 B/cycle  1 → 1    0 → 0     alive',
    '  reply                ✖ 1010, 1 per cycle  0 B/cycle  1 → 1    0 → 0     alive',
    '  mixed                5 → 5                0 B/cycle  1 → 1    0 → 0     alive',
    '  route                fd                   memory     threads  children  server',
    '  GET /                5 → 5                0 B/cycle  1 → 1    0 → 0     alive',
    '  GET /api/items/{id}  ✖ 1010, 1 per cycle  0 B/cycle  1 → 1    0 → 0     alive',
  ]);
  assert.equal(report.summary, 'FAIL  5000 cycles, fd with GET /api/items/{id}, reply');
  assert.match(
    report.sentence ?? '',
    /; leaks one fd per connection on GET \/api\/items\/\{id\}, clean on 1 other$/,
  );
  const [finding] = report.findings;
  assert.match(finding?.title ?? '', /^GET \/api\/items\/\{id\} with reply: fds 5 → 1015/);
  assert.equal(finding?.next, "churn --port 9000 --client reply --path '/api/items/{id}'");
  assert.deepEqual(finding?.facts['routes'], ['GET /api/items/{id}']);
  const { client, route } = report.runs?.find(run => run.route !== undefined && run.status === 'fail') ?? {};
  assert.deepEqual([client, route], ['reply,reply-rst', 'GET /api/items/{id}']);
});

test('what every route has is no matter of the routes', () => {
  const report = routes('GET /', 'GET /api/items/{id}');
  assert.equal(report.summary, 'FAIL  5000 cycles, fd with reply');
  assert.match(report.sentence ?? '', /; whatever the route$/);
  assert.match(report.findings[0]?.title ?? '', /^with reply: fds/);
  assert.equal(report.findings[0]?.next, 'churn --port 9000 --client reply');
});

test('where there is little room the columns come closer, and a long name has a line of its own', () => {
  const narrow = drawn(routes('GET /'), 64);
  assert.deepEqual(narrow.slice(0, 2), [
    '  client fd                  memory    threads children server',
    '  fin    5 → 5               0 B/cycle 1 → 1   0 → 0    alive',
  ]);
  assert.deepEqual(narrow.slice(-2), [
    '  GET /api/items/{id}',
    '         5 → 5               0 B/cycle 1 → 1   0 → 0    alive',
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
  assert.match(renderText(found, { colorLevel: 0, columns: 100 }), /^ {2}rst +✖ 1010, 1 per cycle/m);
  assert.match(renderMarkdown(found), /^\| rst \| ✖ 1010, 1 per cycle \| 0 B\/cycle \|/m);
  const junit = renderJunit(found);
  assert.match(junit, /<testsuite name="churn 127\.0\.0\.1:9000 rst" [^>]*failures="1" errors="0"/);
  assert.match(junit, /<testcase name="fd" classname="churn\.rst"><failure/);
  assert.match(junit, /<testcase name="run" classname="churn\.tls"><skipped>not applicable: no TLS/);
  const tap = renderTap(found);
  assert.match(tap, /^not ok \d+ - rst fd: fds 5 → 1015/m);
  assert.match(tap, /^ok \d+ - fin fd$/m);
  assert.match(tap, /^ok \d+ - tls run # SKIP not applicable/m);
  const named = routes('GET /');
  assert.match(renderMarkdown(named), /^\| GET \/ \| ✖ 1010, 1 per cycle /m);
  assert.match(renderJunit(named), /<testsuite name="churn 127\.0\.0\.1:9000 GET \/" [^>]*failures="1"/);
  assert.match(renderTap(named), /^not ok \d+ - GET \/ fd: fds 5 → 1015/m);
  assert.match(renderHtml(named), /<th scope="row">GET \/<\/th><td>✖ 1010, 1 per cycle/);
  const late = buildThorough([buildRow('fin'), TIME_IS_UP]);
  assert.match(renderTap(late), /^not ok \d+ - drip run: not run: the time was up/m);
});
