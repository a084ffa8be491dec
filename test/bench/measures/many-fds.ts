import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { launch } from '../../servers/launch.js';
import { type Bench, type Field, withField } from '../field.js';
import { median, type Row, sideBySide, type Table } from '../pairs.js';
import { type Run, runChurn, runConnectLoop } from '../runs.js';

const HELD = 15_000;
const CYCLES = 100_000;

/** What it costs to watch a server that holds thousands of connections of others. */
export function manyFds(bench: Bench): Promise<Table> {
  return withField(bench, free =>
    withField(bench, busy => withHeld(bench, busy, () => compare(bench, free, busy)), { openFiles: 20_000 }),
  );
}

async function compare(bench: Bench, free: Field, busy: Field): Promise<Table> {
  bench.say('using up the ports');
  for (const field of [free, busy]) await runConnectLoop(bench, field, 30_000);
  const args = ['--cycles', String(CYCLES), '--concurrency', '16', '--no-confirm'];
  const rounds = await sideBySide<Run>(
    [
      { name: 'no other connections', measure: () => runChurn(bench, free, args) },
      { name: `${HELD} other connections`, measure: () => runChurn(bench, busy, args) },
    ],
    { most: 8, budgetMs: bench.long ? 200_000 : 45_000 },
    bench.say,
  );
  const row = (label: string, secondsOf: (run: Run) => number): Row => {
    const seconds = (index: number) => rounds.map(round => secondsOf(round[index] as Run));
    return {
      label,
      figures: seconds(1).map((busySeconds, round) => busySeconds / (seconds(0)[round] ?? Number.NaN)),
      remark: `${median(seconds(1)).toFixed(2)} : ${median(seconds(0)).toFixed(2)} s`,
    };
  };
  return {
    title: `many-fds: duration with ${HELD} descriptors held : without, ${CYCLES} cycles, ${rounds.length} rounds`,
    rows: [
      { ...row('the whole run', run => run.wallMs / 1_000), target: { atMost: 1.1 } },
      row('the cycles alone', run => run.cycles.durationMs / 1_000),
    ],
  };
}

/** Runs `story` while another process holds connections to the server. */
async function withHeld<Result>(bench: Bench, field: Field, story: () => Promise<Result>): Promise<Result> {
  bench.say(`opening ${HELD} connections`);
  const holder = await launch(field.inside([bench.programs.hold, String(field.port), String(HELD)]));
  try {
    await whenAccepted(field.serverPid, bench.signal);
    return await story();
  } finally {
    await holder.stop();
  }
}

async function whenAccepted(serverPid: number, signal: AbortSignal): Promise<void> {
  const startedAtMs = performance.now();
  // The size of the folder is the number of descriptors since Linux 6.2; where it is 0, a second must do.
  while (statSync(`/proc/${serverPid}/fd`).size < HELD) {
    if (performance.now() - startedAtMs > 1_000) return;
    await sleep(20, undefined, { signal });
  }
}
