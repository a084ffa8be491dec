import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChurnError } from '../../src/errors.js';
import { NOTHING_ASKED } from '../../src/options/asked.js';
import { type Options, parseAddress, parseOptions, type RawOptions } from '../../src/options/run.js';
import { KINDS } from '../../src/verdict/kinds.js';
import { USUAL_CLIENTS } from '../../src/workload/client-names.js';
import { script } from '../support/script.js';

test('a port is all that has to be said', () => {
  const options: Options = {
    port: 9_000,
    host: undefined,
    unix: undefined,
    pids: [],
    behindProxy: false,
    waitForMs: 0,
    cycles: 1_000,
    cycleTime: { leastMs: 60_000, wholeMs: 300_000 },
    workers: 1,
    sources: [],
    concurrency: 1,
    timeoutMs: 5_000,
    pauseMs: 0,
    durationMs: undefined,
    passesLimit: true,
    ratePerSecond: undefined,
    rampMs: 0,
    latency: false,
    hold: 0,
    holdEnd: 'fin',
    clients: ['fin'],
    script: script(),
    asked: NOTHING_ASKED,
    seed: undefined,
    warmup: 10,
    rounds: 12,
    settleMs: 5_000,
    lateMs: 30_000,
    budgetMs: 10_000,
    heapBudgetMs: 20_000,
    atMost: undefined,
    thorough: undefined,
    start: undefined,
    policy: { strict: false, failOn: undefined, allow: {} },
    gauges: [],
    where: false,
    pprof: undefined,
    allowRemote: false,
  };
  assert.deepEqual(parseOptions({ port: '9000' }), options);
  assert.deepEqual(parseOptions({ port: 9_000 }), options);
});

const TWO_MINUTES = { leastMs: 120_000, wholeMs: 300_000 };
const UNDERSTOOD: ReadonlyArray<readonly [what: string, raw: RawOptions, options: Partial<Options>]> = [
  ['an address', { host: '::1' }, { host: '::1' }],
  ['pids', { pid: ['1', 4_194_304] }, { pids: [1, 4_194_304] }],
  ['a proxy in front of a pid', { pid: ['7'], behindProxy: true }, { pids: [7], behindProxy: true }],
  [
    'as many cycles as there may be',
    { cycles: '100000000' },
    { cycles: 100_000_000, cycleTime: { leastMs: 60_000, wholeMs: 3e10 }, passesLimit: false },
  ],
  [
    'where the profiles of a server in Go are',
    { where: true, pprof: 'http://127.0.0.1:6060/debug/pprof/' },
    { where: true, pprof: 'http://127.0.0.1:6060/debug/pprof' },
  ],
  ['one cycle', { cycles: 1 }, { cycles: 1, passesLimit: false }],
  ['many at a time', { concurrency: '10000' }, { concurrency: 10_000 }],
  [
    'times',
    { timeout: '10ms', pause: '1s', settle: '0s' },
    { timeoutMs: 10, pauseMs: 1_000, settleMs: 0, lateMs: 0, passesLimit: false, cycleTime: undefined },
  ],
  ['a budget', { budget: '2m' }, { budgetMs: 120_000, heapBudgetMs: 120_000, cycleTime: TWO_MINUTES }],
  [
    'no confirming, whatever the budget is',
    { budget: '2m', confirm: false },
    { budgetMs: 0, heapBudgetMs: 0, cycleTime: TWO_MINUTES },
  ],
  ['confirming, as commander says it', { confirm: true }, { budgetMs: 10_000 }],
  ['no warm-up', { warmup: '0' }, { warmup: 0 }],
  ['the fewest rounds', { rounds: '6' }, { rounds: 6 }],
  ['strictness', { strict: true }, { policy: { strict: true, failOn: undefined, allow: {} } }],
  [
    'kinds to fail on',
    { failOn: 'fd, crash' },
    { policy: { strict: false, failOn: ['fd', 'crash'], allow: {} } },
  ],
  [
    'kinds to let pass, the last word counts',
    { allow: ['fd=1', 'thread=0', 'fd=20'] },
    { policy: { strict: false, failOn: undefined, allow: { fd: 20, thread: 0 } } },
  ],
];

for (const [what, raw, options] of UNDERSTOOD) {
  test(`${what} is understood`, () => {
    assert.deepEqual(parseOptions({ port: 9_000, ...raw }), { ...parseOptions({ port: 9_000 }), ...options });
  });
}

test('a thorough run has every client, fewer cycles of each, and a time for all of it', () => {
  const options = parseOptions({ port: 9_000, thorough: true });
  assert.deepEqual(options, {
    ...parseOptions({ port: 9_000 }),
    clients: USUAL_CLIENTS,
    cycles: 200,
    cycleTime: undefined,
    thorough: { wholeMs: 30_000 },
  });
  const longer = parseOptions({ port: 9_000, thorough: true, cycles: 1_000, budget: '2m', confirm: false });
  assert.deepEqual([longer.cycles, longer.budgetMs, longer.thorough], [1_000, 0, { wholeMs: 120_000 }]);
  assert.equal(parseOptions({ port: 9_000, thorough: true, insecure: true }).script.tls.insecure, true);
});

for (const name of USUAL_CLIENTS) {
  test(`--client ${name} is understood`, () => {
    assert.deepEqual(parseOptions({ port: 9_000, client: name }).clients, [name]);
  });
}

for (const kind of KINDS) {
  test(`--fail-on ${kind} and --allow ${kind}=1 are understood`, () => {
    assert.deepEqual(parseOptions({ port: 9_000, failOn: kind, allow: [`${kind}=1`] }).policy, {
      strict: false,
      failOn: [kind],
      allow: { [kind]: 1 },
    });
  });
}

const REFUSED: ReadonlyArray<readonly [raw: RawOptions, sentence: RegExp]> = [
  [{ port: '' }, /^--port expects a whole number from 1 to 65535, got ""\.$/],
  [{ port: '0' }, /^--port expects .* got "0"\.$/],
  [{ port: '65536' }, /^--port expects .* got "65536"\.$/],
  [{ port: '9e3' }, /^--port expects .* got "9e3"\.$/],
  [{ port: 9_000.5 }, /^--port expects .* got 9000\.5\.$/],
  [{ port: 'http' }, /^--port expects .* got "http"\.$/],
  [{ pid: ['0'] }, /^--pid expects a whole number from 1 to 4194304, got "0"\.$/],
  [{ pid: ['1', 'self'] }, /^--pid expects .* got "self"\.$/],
  [{ cycles: '0' }, /^--cycles expects a whole number from 1 to 100000000, got "0"\.$/],
  [{ cycles: '-1' }, /^--cycles expects .* got "-1"\.$/],
  [{ cycles: '100000001' }, /^--cycles expects .* got "100000001"\.$/],
  [{ cycles: '9'.repeat(400) }, /^--cycles expects /],
  [{ concurrency: '0' }, /^--concurrency expects a whole number from 1 to 10000, got "0"\.$/],
  [{ concurrency: '10001' }, /^--concurrency expects /],
  [{ timeout: '5' }, /^--timeout expects a time from 10ms to 600s, got "5"\.$/],
  [{ timeout: '9ms' }, /^--timeout expects /],
  [{ timeout: '601s' }, /^--timeout expects /],
  [{ timeout: `${'9'.repeat(400)}s` }, /^--timeout expects /],
  [{ pause: '-1s' }, /^--pause expects /],
  [{ settle: 'long' }, /^--settle expects /],
  [{ budget: '25h' }, /^--budget expects /],
  [{ warmup: '-1' }, /^--warmup expects a whole number from 0 to 1000000, got "-1"\.$/],
  [{ rounds: '5' }, /^--rounds expects a whole number from 6 to 1000, got "5"\.$/],
  [{ client: 'FIN' }, /^--client expects one of fin, .*, got "FIN"\.$/],
  [{ client: 'constructor' }, /^--client expects one of /],
  [{ wait: '10' }, /^--wait expects a time/],
  [{ seed: '-1' }, /^--seed expects a whole number from 0 to 4294967295, got "-1"\.$/],
  [{ failOn: 'leak' }, /^--fail-on expects a kind of finding, got "leak"\.$/],
  [{ failOn: '' }, /^--fail-on expects a kind of finding, got ""\.$/],
  [{ failOn: 'fd,' }, /^--fail-on expects a kind of finding, got ""\.$/],
  [{ failOn: 'toString' }, /^--fail-on expects a kind of finding/],
  [{ allow: ['leak=1'] }, /^--allow expects a kind of finding, got "leak"\.$/],
  [{ allow: ['fd'] }, /^--allow fd expects a whole number from 0 .* got ""\.$/],
  [{ allow: ['fd='] }, /^--allow fd expects a whole number/],
  [{ allow: ['fd=-1'] }, /^--allow fd expects a whole number/],
  [{ allow: ['=1'] }, /^--allow expects a kind of finding, got ""\.$/],
  [{ unix: '/run/app.sock' }, /^--port and --unix name two different servers\.$/],
  [{ port: undefined, unix: '/run/app.sock', host: '::1' }, /^--host has no meaning with --unix\.$/],
  [{ port: undefined, unix: '' }, /^--unix expects a path, got ""\.$/],
  [{ where: true, pprof: '6060' }, /^--pprof expects a URL of http or https, got "6060"\.$/],
  [{ where: true, pprof: '' }, /^--pprof expects a URL .* got ""\.$/],
  [{ where: true, pprof: 'file:///etc/passwd' }, /^--pprof expects a URL of http or https/],
  [{ pprof: 'http://127.0.0.1:6060' }, /^--pprof has no meaning without --where\.$/],
  [{ host: '' }, /^--host expects an address, got ""\.$/],
  [{ behindProxy: true }, /^--behind-proxy needs the pid of the server behind the proxy\.$/],
  [{ port: undefined }, /^No server was named\.$/],
  [{ port: undefined, pid: [] }, /^No server was named\.$/],
];

for (const [raw, sentence] of REFUSED) {
  test(`${JSON.stringify(raw).slice(0, 60)} is refused with a sentence that says why`, () => {
    assert.throws(
      () => parseOptions({ port: 9_000, ...raw }),
      error => {
        assert.ok(error instanceof ChurnError);
        assert.equal(error.code, 'usage');
        assert.match(error.message, sentence);
        assert.notEqual(error.hint, '');
        return true;
      },
    );
  });
}

test('--allow with two numbers is refused', () => {
  assert.throws(() => parseOptions({ port: 9_000, allow: ['fd=1=2'] }), ChurnError);
});

test('the hint of --allow is a command that works', () => {
  assert.throws(() => parseOptions({ port: 9_000, allow: ['fd=x'] }), { hint: /--allow fd=\d/ });
});

const NOTHING = {
  port: undefined,
  host: undefined,
  unix: undefined,
  pids: [],
  behindProxy: false,
  waitForMs: 0,
};

const ADDRESSES: ReadonlyArray<
  readonly [what: string, raw: RawOptions, address: ReturnType<typeof parseAddress>]
> = [
  ['a port', { port: '80' }, { ...NOTHING, port: 80 }],
  ['a Unix socket', { unix: './a b' }, { ...NOTHING, unix: './a b' }],
  ['a pid alone', { pid: ['9'] }, { ...NOTHING, pids: [9] }],
];

for (const [what, raw, address] of ADDRESSES) {
  test(`${what} is an address`, () => {
    assert.deepEqual(parseAddress(raw), address);
  });
}

test('an address is found in the options of other commands too, whatever else they hold', () => {
  assert.deepEqual(parseAddress({ port: '80', cycles: 'none' }).port, 80);
});
