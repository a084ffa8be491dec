import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report, ReportedCycles } from '../../src/report/report.js';
import { execute } from './execute.js';
import type { Bench, Field } from './field.js';
import { BARE_SOCKETS, CHURN } from './programs.js';

/** One run of churn, and what it took of this machine. */
export interface Run extends Weight {
  readonly cycles: ReportedCycles;
  readonly series: Report['series'];
  readonly timings: Report['timings'];
}

/** From outside: the whole process, from its start to its end. */
export interface Weight {
  readonly wallMs: number;
  readonly peakKiB: number;
}

/** `churn --port P …`, which has to pass. Its report is the one that --json prints. */
export async function runChurn(
  bench: Bench,
  field: Field,
  args: readonly string[],
  mostMs?: number,
): Promise<Run> {
  // The text goes to stdout as in a user's run; to a file beside it costs a millisecond.
  const file = join(bench.programs.folder, 'report.json');
  const command = [...CHURN, '--port', String(field.port), ...args, '--reporter', `json=${file}`];
  const { weight, stdout } = await weigh(bench, command, field.inside, mostMs);
  const report: Report = JSON.parse(readFileSync(file, 'utf8'));
  const { verdict, cycles, series, timings } = report;
  if (verdict !== 'pass' || !cycles || !/^PASS /m.test(stdout)) {
    throw new Error(`churn ${args.join(' ')} did not pass a clean server: ${stdout}`);
  }
  return { ...weight, cycles, series, timings };
}

/** An empty Node program: what any tool in Node costs at least. */
export async function runEmptyNode(bench: Bench): Promise<Weight> {
  return (await weigh(bench, [process.execPath, '-e', '0'])).weight;
}

/** Cycles per second of a blocking loop in C. */
export function runConnectLoop(bench: Bench, field: Field, cycles: number): Promise<number> {
  return printedRate(bench, field, [bench.programs.connectLoop, String(field.port), String(cycles)]);
}

/** Cycles per second of a bare net.Socket loop in Node. */
export function runBareSockets(
  bench: Bench,
  field: Field,
  cycles: number,
  concurrency: number,
): Promise<number> {
  return printedRate(bench, field, [
    ...BARE_SOCKETS,
    String(field.port),
    String(cycles),
    String(concurrency),
  ]);
}

async function printedRate(bench: Bench, field: Field, command: readonly string[]): Promise<number> {
  const { stdout } = await execute(field.inside(command), bench.signal);
  return Number(stdout);
}

async function weigh(
  bench: Bench,
  command: readonly string[],
  inside: Field['inside'] = itself,
  mostMs?: number,
): Promise<{ weight: Weight; stdout: string }> {
  const weighed = inside([bench.programs.weigh, ...command]);
  const { stdout, extra } = await execute(weighed, bench.signal, mostMs);
  const [wallUs = Number.NaN, peakKiB = Number.NaN] = extra.trim().split(' ').map(Number);
  return { weight: { wallMs: wallUs / 1_000, peakKiB }, stdout };
}

const itself: Field['inside'] = command => [...command];
