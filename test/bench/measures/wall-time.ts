import { type Bench, withField } from '../field.js';
import { median, sideBySide, type Table } from '../pairs.js';
import { type Run, runChurn, runEmptyNode, type Weight } from '../runs.js';

/** How long a person waits for `churn --port P --cycles 1000`, a first run against a server that was just started. */
export async function wallTime(bench: Bench): Promise<Table> {
  const runs: Run[] = [];
  const churn = () =>
    withField(bench, async field => {
      const run = await runChurn(bench, field, ['--cycles', '1000']);
      runs.push(run);
      return run;
    });
  const node = () => runEmptyNode(bench);
  // Once unmeasured, so that both programs are in memory.
  await node();
  await churn();
  runs.length = 0;
  const rounds = await sideBySide<Weight>(
    [
      { name: 'node -e 0', measure: node },
      { name: 'churn', measure: churn },
    ],
    { most: 15, budgetMs: 25_000 },
    bench.say,
  );
  const walls = (index: number) => rounds.map(round => round[index]?.wallMs ?? Number.NaN);
  return {
    title: `wall-time: churn --cycles 1000 : node -e 0, ${rounds.length} rounds`,
    rows: [
      {
        label: 'ratio',
        figures: walls(1).map((wallMs, round) => wallMs / (walls(0)[round] ?? Number.NaN)),
        target: { atMost: 6 },
        remark: 'under 4 is wished for',
      },
      { label: 'seconds', figures: walls(1).map(wallMs => wallMs / 1_000), target: { atMost: 1 } },
    ],
    notes: [`node -e 0: ${median(walls(0)).toFixed(0)} ms`, ...describeMedianRun(runs)],
  };
}

/** Where the time of the median run went. What no phase has is the start of Node before its clock, and its end. */
function describeMedianRun(runs: readonly Run[]): string[] {
  const run = [...runs].sort((a, b) => a.wallMs - b.wallMs)[Math.floor(runs.length / 2)];
  if (!run) return [];
  const timings = Object.entries(run.timings);
  const elsewhereMs = run.wallMs - timings.reduce((sum, [, ms]) => sum + ms, 0);
  return [
    `the median run took ${run.wallMs.toFixed(0)} ms:`,
    ...[...timings, ['elsewhere', elsewhereMs] as const].map(
      ([name, ms]) => `  ${name.replace(/Ms$/, '').padEnd(12)} ${ms.toFixed(1).padStart(7)} ms`,
    ),
  ];
}
