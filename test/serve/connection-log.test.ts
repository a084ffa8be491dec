import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Account, SUMMED, type Visit } from '../../src/serve/account.js';
import { ConnectionLog } from '../../src/serve/connection-log.js';
import { moveVisit } from '../../src/serve/waste.js';

/** A request that is answered in full; afterwards the connection rests. */
function exchange(book: ConnectionLog, visit: ReturnType<ConnectionLog['open']>, atMs: number): void {
  book.request(visit, false, atMs);
  book.answered(visit, true, false);
  book.rests(visit, atMs + 1);
}

test('a connection opened beside an idle one is wasted', () => {
  const book = new ConnectionLog();
  for (let number = 0; number < 10; number++)
    exchange(book, book.open(book.account('c'), 80, 1_000 + number, number * 100), number * 100);
  const account = book.account('c');
  book.waste.settle();
  assert.equal(account.besideIdle, 9);
  assert.equal(account.peakIdleAtOnce, 10);
  assert.equal(book.now(account, 2_000, 100, Number.POSITIVE_INFINITY).idle, 10);
});

test('a connection to another port is not', () => {
  const book = new ConnectionLog();
  for (let port = 80; port < 90; port++)
    exchange(book, book.open(book.account('c'), port, 1_000, port * 100), port * 100);
  assert.equal(book.account('c').besideIdle, 0);
});

test('one that replaces a connection that was closed at once is wasted, one after the server closed is needed', () => {
  const book = new ConnectionLog();
  for (const [by, wasted] of [
    ['client', 1],
    ['server', 0],
  ] as const) {
    const visit = book.open(book.account(by), 80, 1_000, 0);
    exchange(book, visit, 0);
    book.ended(visit, by, 5);
    book.closed(visit, 6);
    exchange(book, book.open(book.account(by), 80, 1_001, 10), 10);
    book.waste.settle();
    assert.equal(book.account(by).afterClose, wasted, by);
  }
});

for (const [what, by, isLong, wasted] of [
  ['the end of a long answer', 'client', true, 1],
  ['a reset in the middle of a long answer', 'reset', true, 0],
  ['the end of the client, before a short answer', 'client', false, 0],
] as const) {
  test(`heard before the answer is known to be on its way: ${what} wastes ${wasted}`, () => {
    const book = new ConnectionLog();
    const visit = book.open(book.account('c'), 80, 1_000, 0);
    visit.hadLongAnswer = isLong;
    book.request(visit, false, 0);
    book.ended(visit, by, 5);
    visit.answeredAtMs = 5;
    book.answered(visit, true, false);
    book.rests(visit, 6);
    exchange(book, book.open(book.account('c'), 80, 1_001, 10), 10);
    book.waste.settle();
    assert.equal(book.account('c').afterClose, wasted);
  });
}

test('a pool that is full and closes what is too much wastes nothing', () => {
  const book = new ConnectionLog();
  const kept = book.open(book.account('c'), 80, 1_000, 0);
  const surplus = book.open(book.account('c'), 80, 1_001, 0);
  exchange(book, kept, 0);
  exchange(book, surplus, 100);
  book.ended(surplus, 'client', 102);
  book.closed(surplus, 102);
  exchange(book, book.open(book.account('c'), 80, 1_002, 104), 104);
  book.waste.settle();
  assert.equal(book.account('c').afterClose, 0);
});

test('what waited while this server was busy was not opened for nothing', () => {
  const book = new ConnectionLog();
  // Twenty at once, and all of them gone before the first one was accepted.
  for (let number = 0; number < 20; number++) {
    const visit = book.open(book.account('c'), 80, number, 1_000 + number, 0);
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
    const book = new ConnectionLog();
    const idle = book.open(book.account('c'), 80, 1_000, 0);
    exchange(book, idle, 0);
    exchange(book, book.open(book.account('c'), 80, 1_001, 500), 500);
    if (isUsed) exchange(book, idle, 530);
    book.waste.settle(600);
    assert.equal(book.account('c').besideIdle, wasted);
  }
});

test('the most idle connections are known by their ends, though nobody looked while they were idle', () => {
  for (const [endsAtMs, usedLater, peak] of [
    [1_000, 0, 10],
    [1_000, 4, 6],
    [150, 0, 0],
  ] as const) {
    const book = new ConnectionLog();
    const account = book.account('c');
    const visits = Array.from({ length: 10 }, (_, number) =>
      book.open(account, 80 + (number % 2), number, 0),
    );
    for (const visit of visits) exchange(book, visit, 0);
    // What was asked on some before had not been heard yet when the first one ended.
    book.ended(visits[9] as Visit, 'client', endsAtMs);
    for (const visit of visits.slice(0, usedLater)) book.request(visit, false, endsAtMs);
    for (const visit of visits) book.closed(visit, endsAtMs + 1);
    book.idlePeaks.settle(false);
    assert.deepEqual([account.peakIdle, account.peakIdleOnOnePort], [peak, Math.ceil(peak / 2)]);
  }
});

test('what a late server cannot know is counted as that, and not as waste', () => {
  for (const [openedAfterMs, wasted, perhaps] of [
    [495, 1, 0],
    [0, 0, 1],
  ] as const) {
    const book = new ConnectionLog();
    exchange(book, book.open(book.account('c'), 80, 1_000, 0), 0);
    exchange(book, book.open(book.account('c'), 80, 1_001, 500, openedAfterMs), 500);
    book.waste.settle();
    const { besideIdle, perhapsWasted } = book.account('c');
    assert.deepEqual([besideIdle, perhapsWasted], [wasted, perhaps]);
  }
});

test('a pool that closes what has been idle for seconds wastes nothing', () => {
  const book = new ConnectionLog();
  const visit = book.open(book.account('c'), 80, 1_000, 0);
  exchange(book, visit, 0);
  book.ended(visit, 'client', 4_000);
  book.closed(visit, 4_000);
  exchange(book, book.open(book.account('c'), 80, 1_001, 9_000), 9_000);
  book.waste.settle();
  assert.equal(book.account('c').afterClose, 0);
  assert.equal(book.account('c').longestIdleMs, 3_999);
});

test('nothing is kept of connections that are over', () => {
  const book = new ConnectionLog();
  for (let number = 0; number < 1_000; number++) {
    const visit = book.open(book.account('c'), 80, number, number);
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
  const book = new ConnectionLog();
  const visit = book.open(book.account('c'), 80, 1_000, 0);
  book.request(visit, false, 0);
  assert.equal(book.now(visit.account, 500, 0, 1_000).overdue, 0);
  assert.equal(book.now(visit.account, 1_500, 0, 1_000).overdue, 1);
});

test('a connection that the server has ended waits for nothing more', () => {
  const book = new ConnectionLog();
  const visit = book.open(book.account('c'), 80, 1_000, 0);
  book.request(visit, false, 0);
  book.answered(visit, true, false);
  book.ended(visit, 'server', 1);
  book.rests(visit, 2);
  assert.equal(book.account('c').idleNow, 0);
  assert.equal(book.now(visit.account, 1_000, 0, Number.POSITIVE_INFINITY).idle, 0);
});

test('a connection that turns out to be of somebody else takes with it all that was counted of it', () => {
  const book = new ConnectionLog();
  const client = book.account('c');
  const visits = [0, 1, 2, 3].map(number => book.open(client, 80, 1_000 + number, number * 100));
  const [own, stranger, ...rest] = visits as [Visit, Visit, ...Visit[]];
  for (const [number, visit] of visits.entries()) exchange(book, visit, number * 100);
  const before = totals(client);
  book.waste.settle();
  for (const visit of [stranger, ...rest]) moveVisit(visit, book.others);
  const after = totals(client);
  for (const [name, count] of Object.entries(after))
    assert.equal(count + (totals(book.others)[name] ?? 0), before[name], name);
  assert.deepEqual(after, {
    ...totals(new ConnectionLog().account('c')),
    connections: 1,
    open: 1,
    idleNow: 1,
    requests: 1,
    answered: 1,
    offered: 1,
  });
  assert.equal(client.peakIdleAtOnce, 1);
  for (const visit of visits) book.closed(visit, 900);
  assert.deepEqual([client.open, client.idleNow, book.others.open, book.others.idleNow], [0, 0, 0, 0]);
  assert.equal(own.account, client);
});

test('what was opened for nothing is told of the client alone, however late it turns out whose it was', () => {
  for (const [moved, left] of [
    [[], 2],
    [[0], 1],
    [[1], 1],
    [[2], 1],
    [[0, 1], 0],
    [[1, 0], 0],
    [[1, 2], 0],
    [[2, 1, 0], 0],
  ] as const) {
    const book = new ConnectionLog();
    const client = book.account('c');
    const visits = [0, 1, 2].map(number => {
      const visit = book.open(client, 80, 1_000 + number, number * 500);
      exchange(book, visit, number * 500);
      book.waste.settle(number * 500 + 400);
      return visit;
    });
    for (const number of moved) moveVisit(visits[number] as Visit, book.others);
    assert.equal(client.besideIdle, left, `moved ${moved}`);
  }
});

test('one that turns out to be of somebody else while it is in doubt was not opened for nothing', () => {
  for (const number of [0, 1]) {
    const book = new ConnectionLog();
    const visits = [0, 1].map(at => {
      const visit = book.open(book.account('c'), 80, 1_000 + at, at * 500);
      exchange(book, visit, at * 500);
      return visit;
    });
    moveVisit(visits[number] as Visit, book.others);
    book.waste.settle();
    assert.equal(book.account('c').besideIdle, 0);
  }
});

function totals(account: Account): Record<string, number> {
  const { connections, open, busy, idleNow } = account;
  return {
    ...Object.fromEntries(SUMMED.map(name => [name, account[name]])),
    connections,
    open,
    busy,
    idleNow,
  };
}

test('what is gone before it could be told whose it was is the client’s, unless others are about and it was short', () => {
  for (const [others = 0, atMs = 0, connections] of [
    [0, 900, 1],
    [1, 900, 0],
    [1, 1_900, 1],
  ]) {
    const book = new ConnectionLog();
    for (let number = 0; number < others; number++) book.open(book.others, 80, number, 0);
    const visit = book.open(book.account('c'), 80, 1_000, 0);
    visit.isUntold = true;
    exchange(book, visit, 0);
    assert.equal(book.now(visit.account, atMs, 0, 1, false).idle, 0);
    book.ended(visit, 'client', atMs);
    book.closed(visit, atMs);
    assert.equal(book.account('c').connections, connections);
    assert.equal(book.others.open, others);
  }
});
