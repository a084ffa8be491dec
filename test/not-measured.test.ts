import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withNulls } from '../src/not-measured.js';

test('undefined becomes null, at any depth, and everything keeps its place', () => {
  const made = withNulls<unknown>({ b: undefined, a: { c: [1, undefined, { d: undefined }] }, e: null });
  assert.equal(JSON.stringify(made), '{"b":null,"a":{"c":[1,null,{"d":null}]},"e":null}');
});

test('what is absent stays absent, and what is there stays as it is', () => {
  const given = { text: '', zero: 0, no: false, none: [], empty: {} };
  assert.deepEqual(withNulls<typeof given>(given), given);
});
