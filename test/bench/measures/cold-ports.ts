import { type Bench, withField } from '../field.js';
import { median, type Subject, sideBySide, type Table } from '../pairs.js';
import { runBareSockets, runChurn, runConnectLoop } from '../runs.js';

const CYCLES = 1_000;
const CONCURRENCIES = [1, 16, 64];

/** The speed of a first, short run, on ports that nobody has used for a minute. Each subject has its own server. */
export async function coldPorts(bench: Bench): Promise<Table> {
  const loop: Subject<number> = {
    name: 'C loop',
    measure: () => withField(bench, field => runConnectLoop(bench, field, CYCLES)),
  };
  const others = CONCURRENCIES.flatMap((concurrency): Subject<number>[] => [
    {
      name: `churn, ${concurrency} at a time`,
      measure: () =>
        withField(bench, async field => {
          const args = ['--cycles', String(CYCLES), '--concurrency', String(concurrency), '--no-confirm'];
          return (await runChurn(bench, field, args)).cycles.ratePerSecond;
        }),
    },
    {
      name: `bare net.Socket, ${concurrency} at a time`,
      measure: () => withField(bench, field => runBareSockets(bench, field, CYCLES, concurrency)),
    },
  ]);
  const rounds = await sideBySide([loop, ...others], { most: 7, budgetMs: 20_000 }, bench.say);
  const rates = (index: number) => rounds.map(round => round[index] ?? Number.NaN);
  return {
    title: `cold-ports: cycles per second : blocking C loop, ${CYCLES} cycles, ${rounds.length} rounds, for information`,
    rows: others.map(({ name }, index) => ({
      label: name,
      figures: rates(index + 1).map((rate, round) => rate / (rates(0)[round] ?? Number.NaN)),
      remark: `${median(rates(index + 1)).toFixed(0)}/s`,
    })),
    notes: [`C loop: ${median(rates(0)).toFixed(0)}/s`],
  };
}
