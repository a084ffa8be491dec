import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { askSteadily } from './ask-steadily.js';
import { type Case, describeFault, type Group } from './case.js';
import { examine, type Form } from './examine.js';
import { inParallel } from './in-parallel.js';
import type { Marked } from './mark.js';
import { drawLine, drawMatrix, drawSum } from './matrix.js';
import { canIsolate } from './network.js';
import { measureSensitivity } from './sensitivity.js';
import { type Asked, breachesOf, drawHead, drawRow, drawSteadiness } from './steady.js';
import { GROUPS } from './tables/groups.js';

/**
 * Has churn judge every server of test/servers, each as it is and with every fault that it can commit, and holds each
 * answer against the right one.
 *
 *     npm run exam -- [--long] [--times N] [--only TEXT] [--jobs N] [--steady [--output FILE]] [--sensitivity]
 *
 * --long   all cases, with churn's own settings, 20 000 cycles against real servers
 * --times  how often each is asked: once, in the long form three times, for --steady 20 times idle and 20 times busy
 * --only   the cases whose group, server, fault or client contains each of the words
 * --jobs   cases at a time (4): most of a case is waiting; for --steady 1, or the machine would not be idle
 * --steady    whether the answers waver: each case several times on the machine as it is, then beside four busy loops
 * --output    a file that has the table of --steady too
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
      jobs: { type: 'string' },
      steady: { type: 'boolean', default: false },
      output: { type: 'string' },
      sensitivity: { type: 'boolean', default: false },
    },
  });
  const jobs = Number(values.jobs ?? (values.steady ? 1 : 4));
  const times = Number(values.times ?? (values.steady ? 20 : values.long ? 3 : 1));
  for (const [name, given, most] of [
    ['jobs', jobs, 16],
    ['times', times, 100],
  ] as const) {
    if (Number.isInteger(given) && given >= 1 && given <= most) continue;
    process.stderr.write(`exam: --${name} wants a number from 1 to ${most}.\n`);
    return 2;
  }
  const { signal } = interruptible();
  const form = { long: values.long, isolated: await canIsolate(), signal };
  if (values.sensitivity) {
    await measureSensitivity(form, line => process.stdout.write(`${line}\n`));
    return signal.aborted ? 130 : 0;
  }
  if (values.steady)
    return examineSteadiness(form, { only: values.only, jobs, times, output: values.output });
  const startedAt = performance.now();
  const all: Marked[] = [];
  for (const [most, groups] of byMostJobs(jobs)) {
    const questions = groups.flatMap(group => select(group, values.only, values.long, times));
    await inParallel(questions, most, signal, async question => {
      const marked = await examine(question, form);
      if (signal.aborted) return;
      all.push(marked);
      process.stdout.write(`${drawLine(marked)}\n`);
    });
  }
  await askDoubtsAgain(all, form, line => process.stdout.write(`${line}\n`));
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0);
  // In CI nobody would see that a server was not asked about.
  const wrong = all.filter(one => (one.skipped === undefined ? one.mark !== 'right' : process.env['CI']));
  process.stdout.write(`\n${drawMatrix(all)}\n\n${drawSum(all)}, in ${seconds} s\n`);
  for (const one of wrong) process.stdout.write(`✖ ${drawLine(one)}\n`);
  if (signal.aborted) return exitStatusOf(signal);
  return wrong.length > 0 || all.length === 0 ? 1 : 0;
}

/**
 * Cases that are asked side by side make the machine busy, where "undecided" is an answer. Those that should not have had
 * it are asked once more, alone, and the second answer counts; that there was a first is said.
 */
async function askDoubtsAgain(all: Marked[], form: Form, say: (line: string) => void): Promise<void> {
  for (const [at, one] of all.entries()) {
    if (one.skipped !== undefined || one.mark === 'right' || one.answer.verdict !== 'undecided') continue;
    const again = await examine(one.question, form);
    if (form.signal.aborted) return;
    say(`undecided beside others: ${one.answer.summary}\nalone: ${drawLine(again)}`);
    all[at] = again;
  }
}

/** Groups that allow as many at a time are asked as one: at the end of each, most jobs would wait for its slowest case. */
function byMostJobs(jobs: number): Map<number, Group[]> {
  const pools = new Map<number, Group[]>();
  for (const group of GROUPS) {
    const most = Math.min(jobs, group.mostJobs ?? jobs);
    pools.set(most, [...(pools.get(most) ?? []), group]);
  }
  return pools;
}

interface SteadyOptions {
  readonly only: string;
  readonly jobs: number;
  readonly times: number;
  readonly output: string | undefined;
}

/** A run may take hours: every row is told when it is known, and is in the file at once. */
async function examineSteadiness(form: Form, { only, jobs, times, output }: SteadyOptions): Promise<number> {
  const told: string[] = [];
  const say = (line: string) => {
    told.push(`${line}\n`);
    process.stdout.write(`${line}\n`);
    if (output !== undefined) writeFileSync(output, told.join(''));
  };
  const load = loadavg()[0]?.toFixed(1);
  say(
    `${times} times as it is and ${times} times beside busy loops, ${jobs} at a time, on ${cpus().length} cores`,
  );
  say(`(load ${load} before the first)`);
  say(drawHead());
  const all: Asked[] = [];
  let skipped = 0;
  for (const group of GROUPS) {
    for (const question of select(group, only, form.long, 1)) {
      if (form.signal.aborted) break;
      const asked = await askSteadily(question, times, Math.min(jobs, group.mostJobs ?? jobs), form);
      if ('skipped' in asked) {
        skipped++;
        say(`${question.server} skipped: ${asked.skipped} is not installed`);
      } else if (!form.signal.aborted) {
        all.push(asked);
        say(drawRow(asked));
      }
    }
  }
  const rest = [
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
    ...(form.signal.aborted ? ['interrupted'] : []),
  ];
  say(`\n${[drawSteadiness(all), ...rest].join(', ')}`);
  if (form.signal.aborted) return exitStatusOf(form.signal);
  const isBroken = all.some(asked => breachesOf(asked).length > 0);
  return isBroken || all.length === 0 || (skipped > 0 && process.env['CI']) ? 1 : 0;
}

function exitStatusOf(signal: AbortSignal): number {
  return signal.reason === 'SIGINT' ? 130 : 143;
}

function select(group: Group, only: string, long: boolean, times: number): Case[] {
  const words = only.split(/\s+/).filter(word => word !== '');
  const wanted = group.cases.filter(one => {
    const name = `${group.name} ${one.server} ${describeFault(one)} ${one.thorough ? 'thorough' : one.client}`;
    return (long || !one.long) && words.every(word => name.includes(word));
  });
  return wanted.flatMap(one => Array.from({ length: times }, () => one));
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
