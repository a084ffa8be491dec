import type { ReportedPoint } from '../../../src/report/report.js';
import { type Bench, withField } from '../field.js';
import { median, sideBySide, type Table } from '../pairs.js';
import { type Run, runChurn } from '../runs.js';

/** Early enough to be young, and late enough that all local ports have been used and the compiler has done its work. */
const FROM = 30_000;
const TO = 50_000;

/** A long run does not slow down: the rate of all its cycles against that of those between FROM and TO. */
export function steadyRate(bench: Bench): Promise<Table> {
  const cycles = bench.long ? 1_000_000 : 200_000;
  const args = ['--cycles', String(cycles), '--concurrency', '16', '--no-confirm'];
  return withField(bench, async field => {
    const measure = () => runChurn(bench, field, args, bench.long ? 600_000 : 90_000);
    const rounds = await sideBySide<Run>(
      [{ name: `${cycles} cycles`, measure }],
      { most: 3, budgetMs: 40_000 },
      bench.say,
    );
    const runs = rounds.flat();
    const early = runs.map(({ series }) => rateBetween(series, FROM, TO));
    const whole = runs.map(({ cycles: { ratePerSecond } }) => ratePerSecond);
    return {
      title: `steady-rate: cycles per second of ${cycles} : of cycles ${FROM} to ${TO}, ${rounds.length} rounds`,
      rows: [
        {
          label: 'ratio',
          figures: whole.map((rate, round) => rate / (early[round] ?? Number.NaN)),
          target: { atLeast: 0.8 },
          remark: `${median(whole).toFixed(0)} : ${median(early).toFixed(0)}/s, ${runs.reduce((sum, run) => sum + run.cycles.failed, 0)} errors`,
        },
      ],
    };
  });
}

function rateBetween(series: readonly ReportedPoint[], from: number, to: number): number {
  return (to - from) / ((momentOf(series, to) - momentOf(series, from)) / 1_000);
}

/** When so many cycles were done, between the two looks around that moment. */
function momentOf(series: readonly ReportedPoint[], cycles: number): number {
  const next = series.findIndex(({ cyclesDone }) => cyclesDone >= cycles);
  const [before, after] = [series[next - 1], series[next]];
  if (!before || !after) return Number.NaN;
  const share = (cycles - before.cyclesDone) / (after.cyclesDone - before.cyclesDone);
  return before.atMs + share * (after.atMs - before.atMs);
}
