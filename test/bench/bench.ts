import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { type Bench, canIsolate } from './field.js';
import { coldPorts } from './measures/cold-ports.js';
import { manyFds } from './measures/many-fds.js';
import { ownMemory } from './measures/own-memory.js';
import { steadyRate } from './measures/steady-rate.js';
import { usedPorts } from './measures/used-ports.js';
import { wallTime } from './measures/wall-time.js';
import { drawTable, isMet, type Table } from './pairs.js';
import { compilePrograms } from './programs.js';

/**
 * How fast churn is, how long one waits for it, and what it weighs. Every figure is a ratio of two things that were
 * measured side by side, so that it means the same on a slow machine and on a busy one.
 *
 *     npm run bench -- [--long] [--check] [MEASURE…]
 *
 * --long    a million cycles where thousands are the default
 * --check   exit status 1 when a ratio misses its target; without it only when a run itself fails
 */
const MEASURES: Readonly<Record<string, (bench: Bench) => Promise<Table>>> = {
  'wall-time': wallTime,
  'cold-ports': coldPorts,
  'used-ports': usedPorts,
  'many-fds': manyFds,
  'own-memory': ownMemory,
  'steady-rate': steadyRate,
};

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { long: { type: 'boolean', default: false }, check: { type: 'boolean', default: false } },
  });
  const unknown = positionals.find(name => !(name in MEASURES));
  if (unknown !== undefined) {
    process.stderr.write(`bench: ${unknown} is no measure; there are ${Object.keys(MEASURES).join(', ')}.\n`);
    return 2;
  }
  const { signal } = interruptible();
  const isolated = await canIsolate(signal);
  process.stdout.write(`${describeMachine(isolated)}\n\n`);
  const programs = await compilePrograms();
  const status = { missed: 0, failed: 0 };
  for (const [name, measure] of Object.entries(MEASURES)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    const say = (progress: string) => sayOn(process.stderr, `${name}: ${progress}`);
    try {
      const table = await measure({ programs, signal, isolated, long: values.long, say });
      sayOn(process.stderr, '');
      process.stdout.write(`${drawTable(table)}\n`);
      status.missed += table.rows.filter(row => !isMet(row)).length;
    } catch (error) {
      sayOn(process.stderr, '');
      if (signal.aborted) return signal.reason === 'SIGINT' ? 130 : 143;
      status.failed += 1;
      process.stderr.write(`${name}: failed: ${error instanceof Error ? error.message : error}\n`);
    }
  }
  process.stdout.write(`${status.missed} targets missed, ${status.failed} measures failed\n`);
  return status.failed > 0 || (values.check && status.missed > 0) ? 1 : 0;
}

/** The first signal ends whatever runs, the second this program. */
function interruptible(): AbortController {
  const interrupted = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (interrupted.signal.aborted) process.exit(name === 'SIGINT' ? 130 : 143);
      interrupted.abort(name);
    });
  }
  return interrupted;
}

/** One line that says what goes on, for a person who waits; nothing in a log. */
function sayOn(stream: NodeJS.WriteStream, text: string): void {
  if (stream.isTTY) stream.write(`\r\u001b[2K${text.slice(0, stream.columns - 1)}`);
}

function describeMachine(isolated: boolean): string {
  const network = isolated ? 'each server in a network of its own' : 'in the network of this machine';
  const load = loadavg()[0]?.toFixed(1);
  return `node ${process.versions.node}, ${availableParallelism()} cores, load ${load}, ${network}`;
}
