import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Left, mixedOptions, routeOptions, rowOptions } from '../../src/options/row.js';
import { parseOptions, type RawOptions } from '../../src/options/run.js';

const options = parseOptions({ port: 9_000, thorough: true });
const left = (different: Partial<Left> = {}): Left => ({
  rows: 14,
  ms: 30_000,
  fds: undefined,
  holdsOn: false,
  ...different,
});

test('a row has one client, 200 cycles and its share of the time', () => {
  const row = rowOptions(options, 'rst', left({ rows: 10 }));
  assert.deepEqual([row?.clients, row?.cycles, row?.budgetMs, row?.settleMs], [['rst'], 200, 3_000, 5_000]);
  assert.equal(rowOptions(options, 'rst', left({ ms: 10 }))?.budgetMs, 1_000);
  assert.equal(rowOptions({ ...options, budgetMs: 0 }, 'rst', left())?.budgetMs, 0, '--no-confirm stays');
});

test('it has its share of the descriptors, and is not made with too few', () => {
  assert.equal(rowOptions(options, 'fin', left({ fds: 1_020 }))?.mostFds, 68);
  assert.equal(rowOptions(options, 'fin', left({ rows: 1, fds: 1_020 }))?.mostFds, 510);
  assert.equal(rowOptions(options, 'fin', left({ fds: 100 }))?.mostFds, 12);
  assert.equal(rowOptions(options, 'fin', left({ fds: 20 })), undefined);
});

test('a server that takes its time gets fewer cycles of that client', () => {
  assert.deepEqual(rowOptions(options, 'half', left({ rows: 5 }))?.cycleTime, { leastMs: 6_000, wholeMs: 0 });
  assert.equal(rowOptions(options, 'half', left({ ms: 10 }))?.cycleTime?.leastMs, 4_000);
});

test('those that wait do so side by side, and a first answer is not waited for long', () => {
  assert.equal(rowOptions(options, 'idle', left())?.concurrency, 16);
  assert.equal(rowOptions({ ...options, concurrency: 64 }, 'drip', left())?.concurrency, 64);
  assert.equal(rowOptions(options, 'half', left())?.concurrency, 16);
  assert.equal(rowOptions(options, 'reply', left())?.concurrency, 1);
  assert.equal(rowOptions(options, 'fin', left())?.concurrency, 1);
  assert.equal(rowOptions(options, 'reply', left())?.timeoutMs, 2_000);
  assert.equal(rowOptions(options, 'tls-rst', left())?.timeoutMs, 2_000);
  assert.equal(rowOptions(options, 'fin', left())?.timeoutMs, 5_000);
  const meant = parseOptions({ port: 9_000, thorough: true, protocol: 'redis' });
  assert.equal(rowOptions(meant, 'reply', left())?.timeoutMs, 5_000, 'what was named has to be answered');
});

test('a server that was seen to hold on is not waited for again', () => {
  assert.equal(rowOptions(options, 'rst', left({ holdsOn: true }))?.settleMs, 400);
  assert.equal(rowOptions({ ...options, settleMs: 200 }, 'rst', left({ holdsOn: true }))?.settleMs, 200);
});

test('the mix has enough cycles for memory, and the time that is left', () => {
  const mix = mixedOptions(options, ['fin', 'rst'], [], left({ ms: 4_000 }));
  assert.deepEqual([mix.clients, mix.cycles, mix.budgetMs], [['fin', 'rst'], 1_000, 2_000]);
});

const FILE = `/a\nPOST /b {"c": "it's"}\nDELETE /d\nPOST /e ${'x'.repeat(200)}\n`;
const ROUTES: ReadonlyArray<readonly [route: string, words: readonly string[], raw?: RawOptions]> = [
  ['GET /a', ['--path', '/a', '--requests', '2']],
  ['POST /b', ['--path', '/b', '--data', `{"c": "it's"}`, '--requests', '2']],
  ['DELETE /d', ['--method', 'DELETE', '--path', '/d', '--requests', '2']],
  ['POST /e', ['--path', '/e', '--data', '@FILE', '--requests', '2']],
  [
    'PUT /y',
    ['--path', '/y', '--method', 'PUT', '--data', '1'],
    { path: ['/x', '/y'], method: 'PUT', data: '1' },
  ],
];

for (const [route, words, raw = { routes: FILE, requests: 2 }] of ROUTES) {
  test(`a row of ${route} asks for nothing else, and says how to ask for it alone`, () => {
    const url = 'http://localhost:3000/';
    const row = routeOptions(
      parseOptions({ url, thorough: true, confirm: true, ...raw }),
      route,
      ['reply', 'reply-rst'],
      left(),
    );
    assert.deepEqual(row?.clients, ['reply', 'reply-rst']);
    assert.deepEqual(
      row?.script.http?.requests.map(request => request.route),
      [route],
    );
    assert.deepEqual(row?.script.request, row?.script.http?.requests[0]?.bytes);
    assert.deepEqual(row?.asked.ofRequest, words);
    assert.equal(row?.asked.url, url);
  });
}
