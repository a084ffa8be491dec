import assert from 'node:assert/strict';
import { test } from 'node:test';
import { queueMarks } from '../../src/serve/queues.js';

test('a connection was opened after the last time at which it was not in the queue', () => {
  let waiting: number | undefined = 0;
  const marks = queueMarks(() => waiting);
  const markAt = (atMs: number, length: number | undefined) => {
    waiting = length;
    marks.mark(atMs);
  };
  assert.equal(marks.accept(), Number.NEGATIVE_INFINITY, 'nothing was read before');
  markAt(10, 0);
  markAt(20, 0);
  markAt(30, 2);
  markAt(40, 2);
  assert.deepEqual([marks.accept(), marks.accept()], [20, 20], 'those that waited at 30');
  assert.equal(marks.accept(), 40, 'one that did not wait at 40');
  markAt(50, undefined);
  assert.equal(marks.accept(), 40, 'the listener is gone, and nothing is known');
});

test('marks do not pile up while nobody comes', () => {
  let reads = 0;
  const marks = queueMarks(() => {
    reads++;
    return 0;
  });
  for (let atMs = 0; atMs < 1_000; atMs++) marks.mark(atMs);
  assert.equal(marks.accept(), 999);
  assert.equal(reads, 1_000);
});
