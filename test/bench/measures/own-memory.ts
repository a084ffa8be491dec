import { type Bench, withField } from '../field.js';
import { median, sideBySide, type Table } from '../pairs.js';
import { runChurn } from '../runs.js';

const FEW = 10_000;

/** The tool that looks for leaks has none: its own peak of resident memory, in a long run against a short one. */
export function ownMemory(bench: Bench): Promise<Table> {
  const many = bench.long ? 1_000_000 : 200_000;
  return withField(bench, async field => {
    const peakAt = (cycles: number) => ({
      name: `${cycles} cycles`,
      measure: async () => {
        const args = ['--cycles', String(cycles), '--concurrency', '16', '--no-confirm'];
        return (await runChurn(bench, field, args, bench.long ? 600_000 : 90_000)).peakKiB / 1024;
      },
    });
    const rounds = await sideBySide([peakAt(FEW), peakAt(many)], { most: 3, budgetMs: 40_000 }, bench.say);
    const peaks = (index: number) => rounds.map(round => round[index] ?? Number.NaN);
    return {
      title: `own-memory: churn's peak at ${many} cycles : at ${FEW}, ${rounds.length} rounds`,
      rows: [
        {
          label: 'ratio',
          figures: peaks(1).map((mib, round) => mib / (peaks(0)[round] ?? Number.NaN)),
          target: { atMost: 1.3 },
          remark: `${median(peaks(1)).toFixed(1)} : ${median(peaks(0)).toFixed(1)} MiB`,
        },
      ],
    };
  });
}
