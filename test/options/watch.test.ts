import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseWatchOptions } from '../../src/options/watch.js';
import { parsePassiveOpens } from '../../src/proc/sockets.js';

test('a port and a load are all that has to be said', () => {
  const { port, command, durationMs, settleMs, budgetMs } = parseWatchOptions({
    port: '9000',
    command: ['k6', 'run', 'x.js'],
  });
  assert.deepEqual(
    [port, command, durationMs, settleMs, budgetMs],
    [9_000, ['k6', 'run', 'x.js'], undefined, 5_000, 30_000],
  );
});

test('times are understood, and what is none is refused', () => {
  const options = parseWatchOptions({ port: 9_000, duration: '10m', confirm: false, budget: '1m' });
  assert.deepEqual([options.durationMs, options.budgetMs, options.command], [600_000, 0, undefined]);
  assert.throws(() => parseWatchOptions({ port: 9_000, duration: '10' }), /--duration expects a time/);
  assert.throws(() => parseWatchOptions({ port: 9_000, command: [] }), /There is no load behind --/);
  assert.throws(() => parseWatchOptions({}), /No server was named/);
});

const STAGES: ReadonlyArray<readonly [given: string, stage: RegExp | undefined, refused?: RegExp]> = [
  ['/Phase started: (\\S+)/', /Phase started: (\S+)/],
  ['Phase started: (\\S+)', /Phase started: (\S+)/],
  ['/phase (\\S+)/i', /phase (\S+)/i],
  // As String() writes one of a program; a state of its own it may not have.
  [String(/phase (\S+)/gi), /phase (\S+)/i],
  ['/(/', undefined, /--stage \/\(\/ is no regular expression/],
  ['', undefined, /--stage expects a pattern, got ""/],
];
for (const [given, stage, refused] of STAGES) {
  test(`--stage ${given} is ${refused ? 'refused' : `read as ${stage}`}`, () => {
    const parse = () => parseWatchOptions({ port: 9_000, command: ['k6'], stage: given }).stage;
    if (refused) assert.throws(parse, refused);
    else assert.deepEqual(parse(), stage);
  });
}

test('phases are announced by a load, so there has to be one', () => {
  assert.throws(() => parseWatchOptions({ port: 9_000, stage: '/x/' }), /--stage reads what a load prints/);
});

test('the kernel counts what it has accepted', () => {
  const text = 'Ip: Forwarding\nIp: 1\nTcp: RtoMin ActiveOpens PassiveOpens\nTcp: 200 17 42\n';
  assert.equal(parsePassiveOpens(text), 42);
  assert.equal(parsePassiveOpens(''), 0);
});
