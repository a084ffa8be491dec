import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConnectionLog } from '../../src/serve/connection-log.js';

const PATIENCE_MS = 1_000;

/** A client that asks three times, and ends all of it at `endMs`; the server's loop comes round at `marks`. */
function asked(marks: readonly number[], endMs: number): ConnectionLog {
  const book = new ConnectionLog();
  book.overdue.patienceMs = PATIENCE_MS;
  const account = book.account('c');
  const pending = marks.filter(atMs => atMs > 50);
  for (const atMs of marks.filter(atMs => atMs <= 50)) book.overdue.mark(atMs);
  const visits = [1, 2, 3].map(number => book.open(account, 80, number, 50, 40));
  for (const visit of visits) book.request(visit, false, 50);
  for (const atMs of pending) book.overdue.mark(atMs);
  for (const visit of visits) book.closed(visit, endMs);
  return book;
}

test('answers owed for too long are counted when the client ends, although nobody looked meanwhile', () => {
  const { peakOverdue, perhapsOverdue, longestOwedMs } = asked([30, 40, 1_980, 1_990], 2_000).account('c');
  assert.deepEqual([peakOverdue, perhapsOverdue, longestOwedMs], [3, 0, 1_930]);
});

test('a client that gave up in time is not held to what this server heard late', () => {
  const { peakOverdue, perhapsOverdue } = asked([30, 40, 60, 70], 2_000).account('c');
  assert.deepEqual([peakOverdue, perhapsOverdue], [0, 3], 'nor is it called clean');
});

test('one that gave up in time, and was heard in time, is clean', () => {
  const { peakOverdue, perhapsOverdue } = asked([30, 40, 80, 90], 100).account('c');
  assert.deepEqual([peakOverdue, perhapsOverdue], [0, 0]);
});
