import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseServeOptions, type RawServeOptions } from '../../../src/options/serve.js';
import { type Shortfall, shortfallsOf } from '../../../src/verdict/client/shortfall.js';

const FAILED = { status: 1 };
const CRASHED = { signal: 'SIGSEGV' };
const FAILURE: Shortfall = { kind: 'failed', status: 1 };
const FEWER: Shortfall = { kind: 'requests', made: 7, wanted: 10 };

const ROWS: ReadonlyArray<
  readonly [
    what: string,
    raw: RawServeOptions,
    exit: object | undefined,
    requests: number,
    short: readonly Shortfall[],
  ]
> = [
  ['ends well after what it makes', {}, { status: 0 }, 10, []],
  ['goes on', {}, undefined, 10, []],
  ['fails although all was answered', {}, FAILED, 10, [FAILURE]],
  ['fails where nothing is kept alive', { manner: 'keep-alive-off' }, FAILED, 10, [FAILURE]],
  ['fails as it was answered with errors', { status: 503 }, FAILED, 10, []],
  ['fails as it was reset', { manner: 'ok,reset' }, FAILED, 10, []],
  ['fails as nobody trusts the certificate', { tls: true }, FAILED, 10, []],
  ['fails as it had to wait', { atATime: 1 }, FAILED, 10, []],
  ['fails in a protocol of its own', { tcp: true }, FAILED, 10, []],
  ['crashes as it was reset', { manner: 'reset' }, CRASHED, 10, [{ kind: 'killed', signal: 'SIGSEGV' }]],
  ['makes as many requests as it was to', { requests: 10 }, { status: 0 }, 10, []],
  ['makes fewer', { requests: 10 }, { status: 0 }, 7, [FEWER]],
  ['fails in the middle', { requests: 10 }, FAILED, 7, [FAILURE, FEWER]],
];

for (const [what, raw, exit, requests, short] of ROWS) {
  test(`a client that ${what} ${short.length === 0 ? 'lacks nothing' : 'is no pass'}`, () => {
    assert.deepEqual(shortfallsOf(parseServeOptions(raw), exit, requests), short);
  });
}
