import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pacer, StallWatch } from '../../src/workload/pacer.js';

const QUEUES: ReadonlyArray<readonly [queue: number | undefined, connecting: number, credits: number]> = [
  [0, 0, 4],
  [1, 0, 3],
  [3, 0, 1],
  [4, 0, 0],
  [5, 0, 0],
  [4_096, 0, 0],
  [0, 1, 3],
  [2, 2, 0],
  [1, 16, 0],
  [undefined, 0, 64],
  [undefined, 16, 64],
];

for (const [queue, connecting, given] of QUEUES) {
  const where = queue === undefined ? 'a queue that cannot be seen' : `${queue} in the queue`;
  test(`with ${where} and ${connecting} on their way, ${given} more may be opened`, () => {
    const pacer = new Pacer();
    for (let begun = 0; begun < connecting; begun++) pacer.noteBegin();
    assert.equal(pacer.credits(queue), given);
  });
}

test('each connect that waited for a retransmission lowers what is put into the queue, down to one', () => {
  const pacer = new Pacer();
  const credits = [0.2, 1_004, 3, 1_010, 2_050, 1_001].map(connectMs => {
    pacer.noteConnect(connectMs);
    return pacer.credits(0);
  });
  assert.deepEqual(credits, [4, 3, 3, 2, 1, 1]);
});

/** Looks at a queue: its length, how many were launched, the time, and how long it is then said to have stood still. */
type Looks = ReadonlyArray<readonly [length: number, launched: number, nowMs: number, stalledMs: number]>;

const WATCHES: ReadonlyArray<readonly [what: string, looks: Looks]> = [
  [
    'an empty queue never stands still',
    [
      [0, 10, 100, 0],
      [0, 10, 5_000, 0],
      [0, 10, 9_000, 0],
    ],
  ],
  [
    'a queue that keeps its length stands still',
    [
      [3, 10, 100, 0],
      [3, 10, 600, 500],
      [3, 10, 5_100, 5_000],
    ],
  ],
  [
    'a queue that shrinks moves',
    [
      [3, 10, 100, 0],
      [2, 10, 600, 0],
      [2, 10, 700, 100],
    ],
  ],
  [
    'a queue that keeps its length because more came in moves',
    [
      [3, 10, 100, 0],
      [3, 11, 600, 0],
      [3, 11, 650, 50],
    ],
  ],
  [
    'a queue that was empty for a moment begins anew',
    [
      [3, 10, 100, 0],
      [0, 10, 200, 0],
      [3, 10, 900, 0],
      [3, 10, 950, 50],
    ],
  ],
];

for (const [what, looks] of WATCHES) {
  test(what, () => {
    const watch = new StallWatch(0);
    for (const [length, launched, nowMs, stalledMs] of looks) {
      assert.equal(watch.stalledMs(length, launched, nowMs), stalledMs, `at ${nowMs} ms`);
    }
  });
}
