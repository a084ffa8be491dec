import { parseArgs } from 'node:util';
import { type Case, describeFault, type Group } from './case.js';
import { examine } from './examine.js';
import type { Marked } from './mark.js';
import { drawLine, drawMatrix, drawSum } from './matrix.js';
import { canIsolate } from './network.js';
import { measureSensitivity } from './sensitivity.js';
import { GROUPS } from './tables/groups.js';

/**
 * Has churn judge every server of test/servers, each as it is and with every fault that it can commit, and holds each
 * answer against the right one.
 *
 *     npm run exam -- [--long] [--times N] [--only TEXT] [--jobs N] [--sensitivity]
 *
 * --long   all cases, with churn's own settings, 20 000 cycles against real servers
 * --times  how often each is asked: once, in the long form three times
 * --only   the cases whose group, server, fault or client contains each of the words
 * --jobs   cases at a time (4): most of a case is waiting
 * --sensitivity   no cases: the smallest leaks that are found, in one kind of server after the other
 */
process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      long: { type: 'boolean', default: false },
      times: { type: 'string' },
      only: { type: 'string', default: '' },
      jobs: { type: 'string', default: '4' },
      sensitivity: { type: 'boolean', default: false },
    },
  });
  const jobs = Number(values.jobs);
  const times = Number(values.times ?? (values.long ? 3 : 1));
  for (const [name, given] of Object.entries({ jobs, times })) {
    if (Number.isInteger(given) && given >= 1 && given <= 16) continue;
    process.stderr.write(`exam: --${name} wants a number from 1 to 16.\n`);
    return 2;
  }
  const { signal } = interruptible();
  const form = { long: values.long, isolated: await canIsolate(), signal };
  if (values.sensitivity) {
    await measureSensitivity(form, line => process.stdout.write(`${line}\n`));
    return signal.aborted ? 130 : 0;
  }
  const startedAt = performance.now();
  const all: Marked[] = [];
  for (const group of GROUPS) {
    const questions = select(group, values.only, values.long, times);
    await inParallel(questions, Math.min(jobs, group.mostJobs ?? jobs), signal, async question => {
      const marked = await examine(question, form);
      if (signal.aborted) return;
      all.push(marked);
      process.stdout.write(`${drawLine(marked)}\n`);
    });
  }
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0);
  // In CI nobody would see that a server was not asked about.
  const wrong = all.filter(one => (one.skipped === undefined ? one.mark !== 'right' : process.env['CI']));
  process.stdout.write(`\n${drawMatrix(all)}\n\n${drawSum(all)}, in ${seconds} s\n`);
  for (const one of wrong) process.stdout.write(`✖ ${drawLine(one)}\n`);
  if (signal.aborted) return signal.reason === 'SIGINT' ? 130 : 143;
  return wrong.length > 0 || all.length === 0 ? 1 : 0;
}

function select(group: Group, only: string, long: boolean, times: number): Case[] {
  const words = only.split(/\s+/).filter(word => word !== '');
  const wanted = group.cases.filter(one => {
    const name = `${group.name} ${one.server} ${describeFault(one)} ${one.thorough ? 'thorough' : one.client}`;
    return (long || !one.long) && words.every(word => name.includes(word));
  });
  return wanted.flatMap(one => Array.from({ length: times }, () => one));
}

async function inParallel<T>(
  all: readonly T[],
  most: number,
  signal: AbortSignal,
  act: (one: T) => Promise<void>,
): Promise<void> {
  const waiting = [...all];
  const worker = async () => {
    for (let one = waiting.shift(); one !== undefined && !signal.aborted; one = waiting.shift())
      await act(one);
  };
  await Promise.all(Array.from({ length: most }, worker));
}

/** The first signal ends whatever runs and lets every server be stopped, the second ends this program. */
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
