import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomAt } from '../../src/workload/prng.js';
import { ClientMix } from '../../src/workload/workload.js';

const drawn = (cast: ClientMix, count: number) =>
  Array.from({ length: count }, (_, index) => cast.clientOf(index + 1));

test('numbers are those of mulberry32, asked by number', () => {
  // The first three of its stream for the seed 1, as published with it.
  const stream = [1, 2, 3].map(n => Math.floor(randomAt(1, n) * 2 ** 32));
  assert.deepEqual(stream, [2_693_262_067, 11_749_833, 2_265_367_787]);
});

test('the same seed casts the same clients, another one others', () => {
  const clients = ['fin', 'rst', 'half'] as const;
  assert.deepEqual(drawn(new ClientMix(clients, 7), 100), drawn(new ClientMix(clients, 7), 100));
  assert.notDeepEqual(drawn(new ClientMix(clients, 7), 100), drawn(new ClientMix(clients, 8), 100));
});

test('each client has its share', () => {
  const all = drawn(new ClientMix(['fin', 'rst', 'half'], 3), 3_000);
  for (const client of ['fin', 'rst', 'half']) {
    const share = all.filter(one => one === client).length;
    assert.ok(share > 900 && share < 1_100, `${client} ${share}`);
  }
});

test('one client may be alone for a while, and what came before stays as it was', () => {
  const cast = new ClientMix(['fin', 'rst'], 7);
  const before = drawn(cast, 50);
  cast.only('rst', 50);
  cast.only(undefined, 60);
  assert.deepEqual(drawn(cast, 50), before);
  assert.ok(
    drawn(cast, 60)
      .slice(50)
      .every(client => client === 'rst'),
  );
  assert.deepEqual(drawn(cast, 100).slice(60), drawn(new ClientMix(['fin', 'rst'], 7), 100).slice(60));
});
