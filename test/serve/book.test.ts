import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Book } from '../../src/serve/book.js';

/** A request that is answered in full; afterwards the connection rests. */
function exchange(book: Book, visit: ReturnType<Book['open']>, atMs: number): void {
  book.request(visit, false, atMs);
  book.answered(visit, true, false);
  book.rests(visit, atMs + 1);
}

test('a connection opened beside an idle one is wasted', () => {
  const book = new Book();
  for (let number = 0; number < 10; number++)
    exchange(book, book.open('c', 80, 1_000 + number, number * 100), number * 100);
  const account = book.account('c');
  book.waste.settle();
  assert.equal(account.besideIdle, 9);
  assert.equal(account.peakIdleAtOnce, 10);
  assert.equal(book.now(account, 2_000, 100, Number.POSITIVE_INFINITY).idle, 10);
});

test('a connection to another port is not', () => {
  const book = new Book();
  for (let port = 80; port < 90; port++) exchange(book, book.open('c', port, 1_000, port * 100), port * 100);
  assert.equal(book.account('c').besideIdle, 0);
});

test('one that replaces a connection that was closed at once is wasted, one after the server closed is needed', () => {
  const book = new Book();
  for (const [by, wasted] of [
    ['client', 1],
    ['server', 0],
  ] as const) {
    const visit = book.open(by, 80, 1_000, 0);
    exchange(book, visit, 0);
    book.ended(visit, by, 5);
    book.closed(visit, 6);
    exchange(book, book.open(by, 80, 1_001, 10), 10);
    book.waste.settle();
    assert.equal(book.account(by).afterClose, wasted, by);
  }
});

test('a pool that is full and closes what is too much wastes nothing', () => {
  const book = new Book();
  const kept = book.open('c', 80, 1_000, 0);
  const surplus = book.open('c', 80, 1_001, 0);
  exchange(book, kept, 0);
  exchange(book, surplus, 100);
  book.ended(surplus, 'client', 102);
  book.closed(surplus, 102);
  exchange(book, book.open('c', 80, 1_002, 104), 104);
  book.waste.settle();
  assert.equal(book.account('c').afterClose, 0);
});

test('what waited while this server was busy was not opened for nothing', () => {
  const book = new Book();
  // Twenty at once, and all of them gone before the first one was accepted.
  for (let number = 0; number < 20; number++) {
    const visit = book.open('c', 80, number, 1_000 + number, 0);
    book.request(visit, false, 1_000 + number);
    visit.answeredAtMs = 1_000 + number;
    book.answered(visit, true, false);
    book.ended(visit, 'client', 1_000.5 + number);
    book.closed(visit, 1_000.5 + number);
  }
  book.waste.settle();
  assert.equal(book.account('c').afterClose, 0);
});

test('an idle connection that is used a moment later was not left idle', () => {
  for (const [isUsed, wasted] of [
    [true, 0],
    [false, 1],
  ] as const) {
    const book = new Book();
    const idle = book.open('c', 80, 1_000, 0);
    exchange(book, idle, 0);
    exchange(book, book.open('c', 80, 1_001, 500), 500);
    if (isUsed) exchange(book, idle, 530);
    book.waste.settle(600);
    assert.equal(book.account('c').besideIdle, wasted);
  }
});

test('a pool that closes what has been idle for seconds wastes nothing', () => {
  const book = new Book();
  const visit = book.open('c', 80, 1_000, 0);
  exchange(book, visit, 0);
  book.ended(visit, 'client', 4_000);
  book.closed(visit, 4_000);
  exchange(book, book.open('c', 80, 1_001, 9_000), 9_000);
  book.waste.settle();
  assert.equal(book.account('c').afterClose, 0);
  assert.equal(book.account('c').longestIdleMs, 3_999);
});

test('nothing is kept of connections that are over', () => {
  const book = new Book();
  for (let number = 0; number < 1_000; number++) {
    const visit = book.open('c', 80, number, number);
    exchange(book, visit, number);
    book.ended(visit, 'client', number);
    book.closed(visit, number);
  }
  assert.equal(book.visits.size, 0);
  assert.equal(book.account('c').idleOf(80).size, 0);
  assert.equal(book.account('c').idleNow, 0);
  assert.equal(book.account('c').open, 0);
});

test('an answer that is owed past the patience is overdue', () => {
  const book = new Book();
  const visit = book.open('c', 80, 1_000, 0);
  book.request(visit, false, 0);
  assert.equal(book.now(visit.account, 500, 0, 1_000).overdue, 0);
  assert.equal(book.now(visit.account, 1_500, 0, 1_000).overdue, 1);
});

test('a connection that the server has ended waits for nothing more', () => {
  const book = new Book();
  const visit = book.open('c', 80, 1_000, 0);
  book.request(visit, false, 0);
  book.answered(visit, true, false);
  book.ended(visit, 'server', 1);
  book.rests(visit, 2);
  assert.equal(book.account('c').idleNow, 0);
  assert.equal(book.now(visit.account, 1_000, 0, Number.POSITIVE_INFINITY).idle, 0);
});
