import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { breakProof, escapeText, formatCommand, quoteArgument } from '../../src/report/escape.js';

const TEXTS: ReadonlyArray<readonly [text: string, harmless: string]> = [
  ['./server --port 9000', './server --port 9000'],
  ['grün ✓ 日本', 'grün ✓ 日本'],
  ['<script>alert(1)</script>', '<script>alert(1)</script>'],
  ['\u001b[2J\u001b]0;pwned\u0007', '\\x1b[2J\\x1b]0;pwned\\x07'],
  ['a\tb\r\nc\0d', 'a\\x09b\\x0d\\x0ac\\x00d'],
  ['\u007f\u0085\u009b', '\\x7f\\x85\\x9b'],
  ['a\u202eb\u202c\u2066c\u2069', 'a\\u202eb\\u202c\\u2066c\\u2069'],
  ['\u200e\u200f', '\\u200e\\u200f'],
  ['\u2028\u2029', '\\u2028\\u2029'],
  ['0 leaks', '0·leaks'],
  ['1000 leaks', '1000·leaks'],
  ['No LEAK at all, 10 Leaked', 'No·LEAK at all, 10·Leaked'],
  ['no leaks are possible', 'no·leaks are possible'],
  ['0\u0000 leaks', '0\\x00·leaks'],
  // JSON writes half of a surrogate pair as an escape.
  ['\ud800 leaks', '\\ud800·leaks'],
  ['😀 leaks', '😀 leaks'],
  ['0 0 leak leak', '0 0·leak leak'],
  ['one leak, 5 leaks', 'one leak, 5 leaks'],
];

for (const [text, harmless] of TEXTS) {
  test(`${JSON.stringify(text)} comes out as ${JSON.stringify(harmless)}`, () => {
    assert.equal(escapeText(text), harmless);
  });
}

test('the mark that turns Arabic text is visible too', () => {
  assert.equal(escapeText('a\u061cb'), 'a\\u061cb');
});

const nasty = fc.array(
  fc.constantFrom(
    '0',
    'no',
    'NO',
    ' ',
    'leak',
    'Leaks',
    '·',
    '\0',
    '\u001b[0m',
    '\u202e',
    '\u2028',
    '\t',
    'x',
    "'",
  ),
  { maxLength: 12 },
);

test('nothing comes out that steers a terminal, turns the text or reads as a proof', () => {
  fc.assert(
    fc.property(nasty, parts => {
      const text = escapeText(parts.join(''));
      assert.doesNotMatch(text, /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/);
      assert.doesNotMatch(text, /0 leak|no leak/i);
    }),
    { numRuns: 200 },
  );
});

test('what is harmless once is harmless for good', () => {
  fc.assert(
    fc.property(nasty, parts => {
      const once = escapeText(parts.join(''));
      assert.equal(escapeText(once), once);
      assert.equal(breakProof(once), once);
    }),
    { numRuns: 200 },
  );
});

const ARGUMENTS: ReadonlyArray<readonly [argument: string, quoted: string]> = [
  ['--port=9000', '--port=9000'],
  ['/usr/sbin/nginx', '/usr/sbin/nginx'],
  ['user@host:80,a+b%c', 'user@host:80,a+b%c'],
  ['', "''"],
  ['two words', "'two words'"],
  ["it's", "'it'\\''s'"],
  ['$HOME;rm', "'$HOME;rm'"],
  ['a\nb', "'a\nb'"],
];

for (const [argument, quoted] of ARGUMENTS) {
  test(`a shell needs ${JSON.stringify(argument)} as ${JSON.stringify(quoted)}`, () => {
    assert.equal(quoteArgument(argument), quoted);
  });
}

test('a command line can be read, and is no proof of anything', () => {
  assert.equal(
    formatCommand(['./my server', '--note', '0 leaks', 'a\nb']),
    "'./my server' --note '0·leaks' 'a\\x0ab'",
  );
  assert.equal(formatCommand(['0', 'leaks']), '0·leaks');
  assert.equal(formatCommand([]), '');
});
