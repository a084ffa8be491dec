import { type Bench, withField } from '../field.js';
import { median, type Row, sideBySide, type Table } from '../pairs.js';
import { runChurn, runConnectLoop } from '../runs.js';

const CYCLES = 100_000;
const CONCURRENCIES = [1, 16, 64];

/** The speed of the cycle engine in a long run, when every local port has been used before. */
export function usedPorts(bench: Bench): Promise<Table> {
  return withField(bench, async field => {
    bench.say('using up the ports');
    await runConnectLoop(bench, field, 30_000);
    const subjects = [
      { name: 'C loop', measure: () => runConnectLoop(bench, field, CYCLES) },
      ...CONCURRENCIES.map(concurrency => ({
        name: `churn, ${concurrency} at a time`,
        measure: async () => {
          const args = ['--cycles', String(CYCLES), '--concurrency', String(concurrency), '--no-confirm'];
          return (await runChurn(bench, field, args)).cycles.ratePerSecond;
        },
      })),
    ];
    const rounds = await sideBySide(subjects, { most: 3, budgetMs: 85_000 }, bench.say);
    const rates = (index: number) => rounds.map(round => round[index] ?? Number.NaN);
    const loop = rates(0);
    const rows = CONCURRENCIES.map((concurrency, index): Row => {
      const churn = rates(index + 1);
      return {
        label: `churn, ${concurrency} at a time`,
        figures: churn.map((rate, round) => rate / (loop[round] ?? Number.NaN)),
        remark: `${median(churn).toFixed(0)}/s`,
      };
    });
    const best = rows.reduce((a, b) => (median(b.figures) > median(a.figures) ? b : a));
    return {
      title: `used-ports: cycles per second, churn : blocking C loop, ${CYCLES} cycles, ${rounds.length} rounds`,
      rows: [...rows, { label: 'best', figures: best.figures, target: { atLeast: 0.85 } }],
      notes: [`C loop: ${median(loop).toFixed(0)}/s`],
    };
  });
}
