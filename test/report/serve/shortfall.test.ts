import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseServeOptions, type RawServeOptions } from '../../../src/options/serve.js';
import { shortfalls } from '../../../src/report/serve/shortfall.js';

const FAILED = { status: 1 };
const CRASHED = { signal: 'SIGSEGV' };

const ROWS: ReadonlyArray<
  readonly [
    what: string,
    raw: RawServeOptions,
    exit: object | undefined,
    requests: number,
    short: readonly string[],
  ]
> = [
  ['ends well after what it makes', {}, { status: 0 }, 10, []],
  ['goes on', {}, undefined, 10, []],
  ['fails although all was answered', {}, FAILED, 10, ['the client ended with status 1']],
  [
    'fails where nothing is kept alive',
    { manner: 'keep-alive-off' },
    FAILED,
    10,
    ['the client ended with status 1'],
  ],
  ['fails as it was answered with errors', { status: 503 }, FAILED, 10, []],
  ['fails as it was reset', { manner: 'ok,reset' }, FAILED, 10, []],
  ['fails as nobody trusts the certificate', { tls: true }, FAILED, 10, []],
  ['fails as it had to wait', { atATime: 1 }, FAILED, 10, []],
  ['fails in a protocol of its own', { tcp: true }, FAILED, 10, []],
  ['crashes as it was reset', { manner: 'reset' }, CRASHED, 10, ['the client ended with SIGSEGV']],
  ['makes as many requests as it was to', { requests: 10 }, { status: 0 }, 10, []],
  ['makes fewer', { requests: 10 }, { status: 0 }, 7, ['only 7 of 10 requests came']],
  [
    'fails in the middle',
    { requests: 10 },
    FAILED,
    7,
    ['the client ended with status 1', 'only 7 of 10 requests came'],
  ],
];

for (const [what, raw, exit, requests, short] of ROWS) {
  test(`a client that ${what} ${short.length === 0 ? 'lacks nothing' : 'is no pass'}`, () => {
    assert.deepEqual(shortfalls(parseServeOptions(raw), exit, requests), short);
  });
}
