import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Histograms } from '../../src/workload/histogram.js';

test('a hundred times give their percentiles, to three digits', () => {
  const times = new Histograms();
  for (let ms = 1; ms <= 100; ms++) times.connected(ms);
  const { connect } = times.latency('begun');
  assert.ok(connect);
  assert.equal(connect.count, 100);
  for (const [told, ms] of [
    [connect.p50Ms, 50],
    [connect.p90Ms, 90],
    [connect.p99Ms, 99],
    [connect.maxMs, 100],
  ] as const) {
    assert.ok(Math.abs(told - ms) <= ms / 1_000, `${told} is not ${ms}`);
  }
  assert.ok(connect.p99Ms <= connect.maxMs);
});

test('buckets hold every value, and those that are empty in between are told', () => {
  const times = new Histograms();
  for (const ms of [0.0004, 0.05, 0.05, 30]) times.answered(ms);
  const { reply, connect, late } = times.latency('due');
  assert.deepEqual([connect, late], [undefined, undefined]);
  assert.equal(
    reply?.buckets.reduce((sum, { count }) => sum + count, 0),
    4,
  );
  assert.deepEqual(reply?.buckets[0], { untilMs: 0.001, count: 1 });
  assert.deepEqual(
    reply?.buckets.filter(({ count }) => count > 1),
    [{ untilMs: 0.05, count: 2 }],
  );
  assert.deepEqual(reply?.buckets.at(-1), { untilMs: 50, count: 1 });
});

test('what takes more than an hour counts as an hour, and nothing at all as a microsecond', () => {
  const times = new Histograms();
  times.began(-5);
  times.began(1e9);
  const { late } = times.latency('due');
  assert.equal(late?.buckets[0]?.untilMs, 0.001);
  assert.ok(late && Math.abs(late.maxMs - 3_600_000) < 3_600);
});
