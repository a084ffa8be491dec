import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReportedState } from '../../src/report/report.js';
import { buildEvidence, fd, serverFds, serverProcess, snapshot, tally } from '../support/evidence.js';
import { buildReport } from '../support/report.js';

const worker = serverProcess({ pid: 4_243, parentPid: 4_242, fds: [fd(0, 'file')], mappings: 10 });

const STATES: ReadonlyArray<
  readonly [what: string, after: ReturnType<typeof snapshot>, state: Partial<ReportedState>]
> = [
  ['a server that is as it was', snapshot([serverProcess()]), {}],
  ['a file more', snapshot([serverProcess({ fds: [...serverFds(), fd(5, 'file')] })]), { fds: 6 }],
  [
    'a child more',
    snapshot([serverProcess(), worker]),
    { fds: 6, threads: 2, children: 1, rssBytes: 8_388_608, anonBytes: 4_194_304 },
  ],
  [
    'a zombie',
    snapshot([serverProcess()], { zombies: [{ pid: 9, startTicks: 1, parentPid: 4_242 }] }),
    { zombies: 1 },
  ],
  [
    'memory that cannot be read',
    snapshot([serverProcess({ anonBytes: undefined, rssBytes: undefined })]),
    { anonBytes: null, rssBytes: null },
  ],
];

for (const [what, after, state] of STATES) {
  test(`the state of ${what} is told`, () => {
    const same = {
      fds: 5,
      rssBytes: 4_194_304,
      anonBytes: 2_097_152,
      threads: 1,
      children: 0,
      zombies: 0,
      mappings: 30,
    };
    const report = buildReport(buildEvidence({ after }));
    assert.deepEqual(report.before, same);
    assert.deepEqual(report.after, { ...same, ...state });
  });
}

test('the workers of a pool are its children before and after', () => {
  const pool = snapshot([serverProcess(), worker]);
  const { before, after } = buildReport(buildEvidence({ before: pool, after: pool }));
  assert.deepEqual([before?.children, after?.children], [1, 1]);
});

test('a worker that went is missed', () => {
  const pool = snapshot([serverProcess(), worker]);
  assert.equal(buildReport(buildEvidence({ before: pool })).after?.children, 0);
});

test('cycles are told by phase, with what the server took out of its queue', () => {
  const { cycles } = buildReport(
    buildEvidence({
      cycles: tally({
        completed: 700,
        failed: 2,
        failures: { reset: 2 },
        durationMs: 123.456,
        stopped: 'accept-stalled',
      }),
      confirm: tally({ completed: 20 }),
      acceptQueue: 5,
    }),
  );
  assert.deepEqual(cycles, {
    requested: 1_000,
    completed: 700,
    failed: 2,
    warmup: 10,
    confirmation: 20,
    accepted: 725,
    acceptQueue: 5,
    listenOverflows: 0,
    listenDrops: 0,
    connections: 732,
    concurrency: 1,
    clients: ['fin'],
    durationMs: 123.5,
    forMs: null,
    ratePerSecond: 5_670,
    stopped: 'accept-stalled',
    failures: { reset: 2 },
  });
});

test('a run that stopped in its warm-up says why', () => {
  const { cycles } = buildReport(buildEvidence({ warmup: tally({ stopped: 'deadlines' }), cycles: tally() }));
  assert.equal(cycles?.stopped, 'deadlines');
  assert.equal(cycles?.ratePerSecond, 0);
});

test('what cannot be read is null in the series, and times have one decimal', () => {
  const [first] = buildReport().series;
  assert.deepEqual([first?.atMs, first?.rssBytes, first?.acceptQueue], [0.1, null, null]);
});

test('a note from outside is escaped, and stands before those of the verdict', () => {
  const { notes } = buildReport(buildEvidence({ listenOverflows: 1 }), undefined, {
    note: 'a\u001b[2J, 0 leaks',
  });
  assert.deepEqual(notes, [
    'a\\x1b[2J, 0·leaks',
    'The accept queue overflowed 1 time during the run (all listeners of this machine).',
  ]);
});
