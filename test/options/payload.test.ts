import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePayload } from '../../src/options/payload.js';

const UNDERSTOOD: ReadonlyArray<readonly [text: string, bytes: readonly number[]]> = [
  ['PING', [80, 73, 78, 71]],
  [String.raw`a\r\n`, [97, 13, 10]],
  [String.raw`\t\0\\`, [9, 0, 92]],
  [String.raw`\x00\xff\x4A`, [0, 255, 74]],
  [String.raw`\\x41`, [92, 120, 52, 49]],
  ['ä', [195, 164]],
  ['hex:50494e470d0a', [80, 73, 78, 71, 13, 10]],
  ['hex:50 49\n4E', [80, 73, 78]],
  [String.raw`\x40file`, [64, 102, 105, 108, 101]],
  ['hexagon', [104, 101, 120, 97, 103, 111, 110]],
];

for (const [text, bytes] of UNDERSTOOD) {
  test(`${JSON.stringify(text)} is ${bytes.join(' ')}`, () => {
    const payload = parsePayload(text);
    assert.ok('bytes' in payload, JSON.stringify(payload));
    assert.deepEqual([...payload.bytes], bytes);
  });
}

const REFUSED: ReadonlyArray<readonly [text: string, problem: RegExp]> = [
  ['', /nothing in it/],
  ['hex:', /nothing in it/],
  ['hex:5', /pairs of hex digits/],
  ['hex:5g', /pairs of hex digits/],
  [String.raw`\q`, /^\\q is no escape$/],
  [String.raw`\x4`, /^\\x is no escape$/],
  ['a\\', /^\\ is no escape$/],
];

for (const [text, problem] of REFUSED) {
  test(`${JSON.stringify(text)} is refused, and it is said why`, () => {
    const payload = parsePayload(text);
    assert.ok('problem' in payload);
    assert.match(payload.problem, problem);
    assert.notEqual(payload.hint, '');
  });
}
