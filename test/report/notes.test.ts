import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noteSentence } from '../../src/report/notes.js';
import type { Note } from '../../src/verdict/note.js';

const NOTES: ReadonlyArray<readonly [note: Note, sentence: string]> = [
  [
    { note: 'opened-once', what: 'file', count: 1 },
    '1 file opened once, not per connection: further cycles added none.',
  ],
  [
    { note: 'opened-once', what: 'thread', count: 12_000 },
    '12\u00a0000 threads opened once, not per connection: further cycles added none.',
  ],
  [
    { note: 'levelled-off', what: 'child', perRound: [3, 0, -1] },
    'The number of child processes grew and then levelled off (+3 +0 -1).',
  ],
  [
    { note: 'unconfirmed', what: 'eventpoll', count: 2, perRound: [] },
    '2 more epoll instances; whether that recurs was not decided. Run with more cycles, or a longer --budget.',
  ],
  [{ note: 'closed-late', afterMs: 720 }, 'Closed late, after 0.72 s.'],
  [
    { note: 'work-undecided', firstUs: 45, lastUs: 78 },
    'Work not decided: a connection cost 45 µs of CPU time at first and 78 in the end, and in no straight line: a list that is gone through, or a machine that was busy. Decide on an idle one.',
  ],
  [{ note: 'memory-unrested' }, 'Memory not decided: it was never at rest between two rounds.'],
  [
    { note: 'draining', outstanding: 1, waitedMs: 15_000, falls: true, interrupted: false },
    'Still draining after 15.0 s: 1 connection left and falling. Raise --settle.',
  ],
  [
    { note: 'draining', outstanding: 2, waitedMs: 300, falls: false, interrupted: false },
    '2 connections were not closed after 0.30 s, too short a time to tell a late close from a leak. Raise --settle.',
  ],
  [
    { note: 'other-clients', count: 3 },
    '3 connections of other clients came during the run; not ours, not judged.',
  ],
  [
    {
      ...{ note: 'memory-timed', grown: 22_858_957, perCycle: 4_608, call: 'epoll_wait' },
      ...{ dueMs: 60_100, durationMs: 160_000 },
    },
    'Memory not decided: it grew by 21.8 MiB, 4.5 KiB per cycle, and what it keeps may have a time to live: a timer of the server that ran after the first clients, in epoll_wait(), was due 1 min 0 s after them. Decide with --duration 160s.',
  ],
  [
    { note: 'memory-uncollected', cycles: 100_000 },
    'Memory not decided: the JVM has hardly collected its garbage yet, which hides what it keeps. Decide with --cycles 100000, or give it a small heap, as with -Xmx64m.',
  ],
  [
    {
      note: 'memory-undecided',
      ...{ bound: 2_048, grown: 0, perCycle: 0, isCollected: false, cycles: 100_000 },
    },
    'Memory not decided: it rose by at most 2.0 KiB per cycle, if at all. Decide with --cycles 100000.',
  ],
  [
    {
      note: 'memory-undecided',
      ...{ bound: 15_515, grown: 587_202_560, perCycle: 15_360, isCollected: true, cycles: 1_000_000 },
    },
    'Memory not decided: it grew by 560 MiB, lately 15.0 KiB per cycle, and may be a heap that is still filling. Decide with --cycles 1000000.',
  ],
  [
    { note: 'memory-checked', checker: { name: 'sanitizer', isHeard: true } },
    'Memory was not judged: the server runs with a sanitizer, which keeps what was freed for a while.',
  ],
  [
    { note: 'memory-checked', checker: { name: 'valgrind', isHeard: false } },
    'Memory not decided: the server runs with a checker (valgrind), which keeps what was freed for a while, and says only at the end what was lost. Judge it without, or let churn start it, which listens: churn -- valgrind ./server.',
  ],
  [{ note: 'memory-brief' }, 'Memory not decided: so few cycles show no trend.'],
  [
    { note: 'changed', changes: ['program', 'listener'] },
    'In the middle of the run the server executed a program anew in the same process (execve): memory and threads are those of the new one, and then the server closed its listening socket and opened another one at the same address.',
  ],
  [
    { note: 'instant-eof', count: 990, of: 1_000 },
    'The server closed 990 of 1000 connections at once: a server at its fd limit does that, and so does one with a connection cap.',
  ],
  [{ note: 'spinning', cpuPercent: 97 }, 'The server uses 97 % of a CPU although nobody talks to it.'],
  [
    { note: 'overflows', count: 1 },
    'The accept queue overflowed 1 time during the run (all listeners of this machine).',
  ],
  [{ note: 'unseen', pids: [7, 8] }, 'What process 7, 8 holds could not be read, so nothing is proved.'],
  [
    { note: 'closed-with-later', count: 1 },
    '1 connection was closed only when later ones came: the last ones stay until then.',
  ],
  [
    { note: 'never-closed', count: 3, unawaited: 1_007, held: 1_010 },
    'On 3 cycles the server had not closed its side when the client had waited long enough for it; after that 1007 cycles did not wait for it any more.',
  ],
  [
    { note: 'never-closed', count: 1, unawaited: 0, held: 0 },
    'On 1 cycle the server had not closed its side when the client had waited long enough for it, but it did so later.',
  ],
  [
    { note: 'turned-down', count: 1, of: 200 },
    '1 of 200 connections was reset after the client had said something. It made that up, and a server may turn it down; a request named with --send or --protocol counts.',
  ],
  [
    { note: 'not-answered', closedFirst: false, timeoutMs: 5_000 },
    'The server did not answer within 5.0 s; the request was a plain HTTP GET, because nothing else was said. Say what it understands with --send or --protocol.',
  ],
  [{ note: 'confirmed-with', cycles: 1 }, '1 further cycle was made to see whether the growth recurs.'],
  [{ note: 'confirmed-with', cycles: 300 }, '300 further cycles were made to see whether the growth recurs.'],
];

for (const [note, sentence] of NOTES) {
  test(sentence, () => {
    assert.equal(noteSentence(note, 'cycle'), sentence);
  });
}

test('where others make the connections, no note names --cycles, and a longer load decides', () => {
  for (const [note] of NOTES)
    assert.doesNotMatch(noteSentence(note, 'connection'), /Decide with --cycles|\bcycle/);
  assert.equal(
    noteSentence({ note: 'gauge-bytes', name: 'heap_bytes', bound: 300 }, 'connection'),
    'The gauge heap_bytes was not decided: it rose by at most 300 B per connection, as a warming runtime may. Decide with a longer load, of 100\u00a0000 connections.',
  );
});
