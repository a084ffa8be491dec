import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunOptions } from '../../src/library/options.js';
import { helpOf, optionOf } from '../../src/options/option.js';
import { RUN } from '../../src/options/table.js';

/** What programs may write is a matter of the compiler. */
const TYPED: readonly RunOptions[] = [
  { sni: 'x', ca: 'PEM', serverLog: 'x', host: 'x', timeout: '5s', client: ['fin'], expect: /x/, pid: 7 },
  // @ts-expect-error a text is no number
  { sni: 5 },
  // @ts-expect-error nor is a time, which has a unit
  { timeout: 5 },
  // @ts-expect-error a client is one that there is
  { client: 'fine' },
  // @ts-expect-error a switch is no text
  { insecure: 'yes' },
];

test('what is written wrongly does not compile', () => {
  assert.equal(TYPED.length, 5);
});

test('an option is called on a command line as programs call it', () => {
  assert.equal(optionOf('readyTimeout'), '--ready-timeout');
});

test('help tells a default, unless it says something of defaults itself', () => {
  assert.match(helpOf(RUN.timeout), / \(default: 5s\)$/);
  assert.match(helpOf(RUN.concurrency), / \(default: 1; with --rate [^(]*\)$/);
});
