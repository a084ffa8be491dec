import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderHtml } from '../../src/report/html.js';
import { formatMs, loadRows } from '../../src/report/load-rows.js';
import type { HeldClients } from '../../src/verdict/evidence.js';
import { buildEvidence, heldClients } from '../support/evidence.js';
import { buildReport, latency } from '../support/report.js';

const HELD: ReadonlyArray<readonly [what: string, hold: Partial<HeldClients>, text: string]> = [
  [
    'served and released',
    {},
    '100 silent clients; others accepted in 0.3 ms (0.21 ms without); each 1 fd, 4.0 KiB; all released',
  ],
  [
    'a blocked server',
    { opened: 5, accepted: 1, blocked: true, waitedMs: 5_000, serviceMs: [] },
    '100 silent clients, connected 5, accepted 1; others not accepted; each 100 fd, 400 KiB; all released',
  ],
  [
    'a thread for each',
    { holding: { fds: 105, fullestFds: 105, anonBytes: undefined, threads: 101, processes: 1 } },
    '100 silent clients; others accepted in 0.3 ms (0.21 ms without); each 1 fd, a thread; all released',
  ],
  [
    'a process for each, and answers',
    {
      servedBy: 'answer',
      holding: { fds: 405, fullestFds: 5, anonBytes: undefined, threads: 101, processes: 101 },
    },
    '100 silent clients; others answered in 0.3 ms (0.21 ms without); each 4 fd, a process; all released',
  ],
  [
    'nobody served at all',
    { aloneMs: undefined, serviceMs: [], opened: 0, accepted: 0 },
    '100 silent clients, connected 0, accepted 0; nobody was served even before; all released',
  ],
];

for (const [what, different, text] of HELD) {
  test(`held clients: ${what}`, () => {
    const report = buildReport(buildEvidence({ hold: heldClients(different) }));
    assert.deepEqual(loadRows(report), [['held', text]]);
  });
}

test('times are told by their percentiles, and nothing is told of what was not taken', () => {
  const report = buildReport(undefined, undefined, { latency: latency() });
  assert.deepEqual(loadRows(report), [['connect', 'p50 0.046 ms   p90 0.09 ms   p99 0.1 ms   max 0.31 ms']]);
  assert.deepEqual(loadRows(buildReport()), []);
});

test('milliseconds have two digits that count, or are whole', () => {
  assert.deepEqual([0.00123, 0.5, 1, 12.34, 99.4, 100.4, 3_100].map(formatMs), [
    '0.0012 ms',
    '0.5 ms',
    '1 ms',
    '12 ms',
    '99 ms',
    '100 ms',
    '3100 ms',
  ]);
});

test('the page has a histogram with a bar for each bucket, and none where no times were taken', () => {
  const page = renderHtml(buildReport(undefined, undefined, { latency: latency() }));
  assert.match(page, /How long it took/);
  assert.match(page, /0\.05 ms<\/th><td>600<\/td><td>█{20}</);
  assert.match(page, /0\.2 ms<\/th><td>0<\/td><td>–</);
  assert.match(page, /0\.5 ms<\/th><td>5<\/td><td>▏</);
  assert.doesNotMatch(renderHtml(buildReport()), /How long it took/);
});
