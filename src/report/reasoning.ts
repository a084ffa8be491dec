import { formatBytes, formatCount, formatDuration, plural } from '../units.js';
import { ALL_KINDS } from '../verdict/kinds.js';
import type { Reasoning } from '../verdict/reasoning.js';
import { nameOf } from './counts.js';
import { breakProof } from './escape.js';
import type { Report, ReportedCheck, ReportedCycles, ReportedState } from './report.js';
import { rowName } from './thorough/routes.js';
import { wrap } from './wrap.js';

/** `--verbose`: why the verdict is what it is, step by step. Empty where nothing was judged. */
export function drawReasoning(report: Report, columns: number): string {
  const parts: ReadonlyArray<readonly [title: string, steps: readonly Step[]]> = report.runs
    ? report.runs.map(run => [`Why, of ${rowName(run)}`, stepsOf(run)] as const)
    : [['Why', stepsOf(report)]];
  return parts
    .filter(([, steps]) => steps.length > 0)
    .map(([title, steps]) => `\n${[title, ...steps.flatMap(step => stepLines(step, columns))].join('\n')}\n`)
    .map(breakProof)
    .join('');
}

function stepLines([name, sentences]: Step, columns: number): string[] {
  return sentences.flatMap((sentence, index) =>
    wrap(`  ${(index === 0 ? name : '').padEnd(MARGIN - 2)}${sentence}`, columns, MARGIN),
  );
}

const MARGIN = 13;

/** What the steps are told of: a whole report, or one row of a thorough one. */
interface ReasoningSource {
  readonly reasoning?: Reasoning;
  readonly cycles?: ReportedCycles | null;
  readonly before?: ReportedState | null;
  readonly after?: ReportedState | null;
  readonly checks: readonly ReportedCheck[];
}

/** One step: what was asked, and the answer in sentences. */
type Step = readonly [name: string, sentences: readonly string[]];

/**
 * How the verdict came about, in the order in which it did. Where others made the connections there were no steps to
 * take, only what was compared and how each check went; nothing where nothing was checked.
 */
function stepsOf(told: ReasoningSource): Step[] {
  const { reasoning, cycles } = told;
  if (!reasoning || !cycles) {
    const compared = statesSteps(told);
    return told.checks.length === 0
      ? []
      : [
          ...(compared.length > 0 ? [['compared', compared] as const] : []),
          ['checks', told.checks.map(checkStep)],
        ];
  }
  return [
    ['compared', comparedSteps(told, cycles)],
    ['settled', [settledStep(reasoning)]],
    ['by name', [namedStep(reasoning)]],
    ['recurring', growthSteps(reasoning)],
    ['confirmed', confirmingSteps(reasoning)],
    ['memory', memorySteps(reasoning.memory)],
    ['checks', told.checks.map(checkStep)],
  ];
}

function statesSteps({ before, after }: ReasoningSource): string[] {
  if (!before || !after) return [];
  return [
    `fds ${before.fds} → ${after.fds}, threads ${before.threads} → ${after.threads}, children ${before.children} → ${after.children}, zombies ${before.zombies} → ${after.zombies}, mappings ${before.mappings} → ${after.mappings}.`,
  ];
}

function comparedSteps(told: ReasoningSource, cycles: ReportedCycles): string[] {
  return [
    `The server before the first of ${cycles.warmup} warm-up cycles, with the server after ${cycles.completed} judged ones.`,
    ...statesSteps(told),
    `Accepted ${formatCount(cycles.accepted)} of ${plural(cycles.connections, 'connection')}; ${formatCount(cycles.acceptQueue)} still in the accept queue.`,
  ];
}

function settledStep({ settled }: Reasoning): string {
  const { state, lastChangeMs, tookMs } = settled;
  switch (state) {
    case 'back':
      return `All was back ${formatDuration(tookMs)} after the last cycle.`;
    case 'held':
      return `The same things stayed for ${formatDuration(tookMs - lastChangeMs)}, ${heldBecause(settled)}. The last change came ${formatDuration(lastChangeMs)} after the last cycle.`;
    case 'draining':
      return `It still changed when the time was up, after ${formatDuration(tookMs)}.`;
  }
}

function heldBecause({ asleep, unwoken, hasTimeout }: Reasoning['settled']): string {
  if (unwoken)
    return 'and no thread of the server woke up meanwhile: they sleep until somebody connects, or says something';
  if (asleep && hasTimeout)
    return 'and every thread of the server slept without a timeout, or with one that is longer than any wait for it';
  if (asleep)
    return 'and every thread of the server slept without a timeout: nothing in it will wake up to let go';
  return hasTimeout
    ? 'and what ran out in the server meanwhile has not let go of any'
    : 'which is as long as --settle lets a server take';
}

function namedStep({ connections: { made, heldAtRest, heldAtEnd } }: Reasoning): string {
  const compared = `Sockets of the server were held against the ports of ${plural(made, 'connection')}`;
  if (heldAtRest === 0) return `${compared}: none of them is still there.`;
  const later = heldAtEnd === heldAtRest ? 'also' : `${formatCount(heldAtEnd)} of them`;
  return `${compared}: ${formatCount(heldAtRest)} were held when the cycles had settled, ${later} at the end.`;
}

function growthSteps({ growths }: Reasoning): string[] {
  if (growths.length === 0) return ['Nothing that has no name grew.'];
  return growths.map(({ key, recurrence, inCycles, perRound }) => {
    const rounds = perRound.map(growth => (growth < 0 ? `${growth}` : `+${growth}`)).join(' ');
    return `${nameOf(key, 2)}: +${inCycles} in the cycles${rounds ? `, ${rounds} in the confirming rounds` : ''}: ${RECURRENCES[recurrence]}.`;
  });
}

const RECURRENCES: Readonly<Record<Reasoning['growths'][number]['recurrence'], string>> = {
  none: 'too little to mean anything',
  suspect: 'not decided by that',
  recurs: 'it comes again at the same pace, so it is held for each connection',
  levelled: 'it came to an end, so it was opened once, or is a pool that is full',
  saturated: 'it stopped at a limit, which is no end of it',
};

function confirmingSteps({ confirming, budgetSpent }: Reasoning): string[] {
  const steps = runsOf(confirming).map(({ rounds, first }) => {
    const { suspects, manner } = rounds[0];
    const which = rounds.length === 1 ? `Round ${first}` : `Rounds ${first} to ${first + rounds.length - 1}`;
    return `${which}: ${cyclesOf(rounds)}, because of ${suspects.join(', ')}; ${CONFIRMING_ROUNDS_MADE[manner]}.`;
  });
  return [
    ...(steps.length > 0 ? steps : ['No further cycles were needed.']),
    ...(budgetSpent ? ['Then the time for that was up (--budget).'] : []),
  ];
}

type Confirming = Reasoning['confirming'][number];

/** Rounds that were made one after the other for the same reason; memory takes dozens of them. */
interface Run {
  /** Counted from one. */
  readonly first: number;
  readonly rounds: [Confirming, ...Confirming[]];
}

function runsOf(confirming: readonly Confirming[]): Run[] {
  const runs: Run[] = [];
  for (const [index, round] of confirming.entries()) {
    const run = runs.at(-1);
    if (run && reasonOf(run.rounds[0]) === reasonOf(round)) run.rounds.push(round);
    else runs.push({ first: index + 1, rounds: [round] });
  }
  return runs;
}

function reasonOf({ suspects, manner }: Confirming): string {
  return [manner, ...suspects].join(' ');
}

function cyclesOf(rounds: readonly Confirming[]): string {
  const cycles = rounds.map(round => round.cycles);
  const least = Math.min(...cycles);
  const most = Math.max(...cycles);
  const range = least === most ? plural(least, 'cycle') : `${formatCount(least)} to ${plural(most, 'cycle')}`;
  return rounds.length === 1 ? range : `${range} each`;
}

const CONFIRMING_ROUNDS_MADE: Readonly<Record<Confirming['manner'], string>> = {
  grow: 'to see whether it grows again, or is let go',
  follow: 'each was followed by the inode of its socket in the server',
  watch: 'each was held open until the server answered or died',
};

function checkStep({ kind, status, before, after, bound }: ReportedCheck): string {
  const bytes = kind === 'memory';
  const say = (value: number) => (bytes ? formatBytes(value) : formatCount(value));
  const values = before === null || after === null ? '' : `  ${say(before)} → ${say(after)}`;
  return `${kind.padEnd(KIND_COLUMNS)} ${status}${values}${bound === null ? '' : `, bound ${say(bound)}`}`;
}

/** The longest name of a kind. */
const KIND_COLUMNS = Math.max(...ALL_KINDS.map(({ length }) => length));

/** What memory was judged by. */
function memorySteps(memory: Reasoning['memory']): string[] {
  const { trend, touched, heap, rounds, from, to, runtime, grownBytes, state } = memory;
  const { leakBytes, harmlessBytes, warmConnections, allowedBytes, grownInAllBytes } = memory;
  if (!trend) return [`${STATES[state]}: there were too few readings for a trend.`];
  const interval = `between ${decimal(trend.low)} and ${decimal(trend.high)} B`;
  return [
    `${rounds} readings at rest, connections ${formatCount(from)} to ${formatCount(to)}: ${formatBytes(grownBytes)} more at the end of them.`,
    `Theil-Sen: ${decimal(trend.slope)} B per connection, ${interval} with 95 % confidence. Mann-Kendall: Z ${trend.z.toFixed(1)}; above 2.6 it rises.`,
    ...(touched ? [touchedStep(touched)] : []),
    ...(heap ? [heapStep(heap)] : []),
    `A leak in a ${RUNTIMES[runtime]} is more than ${leakBytes} B per connection, after a warm-up of up to ${formatCount(warmConnections)} connections; less than ${harmlessBytes} B is harmless.`,
    ...(allowedBytes > 0
      ? [
          `Its collector may let a clean heap grow by ${formatBytes(allowedBytes)}; it has grown by ${formatBytes(grownInAllBytes)}.`,
        ]
      : []),
    `${STATES[state]}.`,
  ];
}

function touchedStep({ slope, low, high }: NonNullable<Reasoning['memory']['touched']>): string {
  return `Used for the first time since the warm-up, in room that the server had or in new: ${decimal(slope)} B per connection, between ${decimal(low)} and ${decimal(high)} B.`;
}

function heapStep({ slope, low, high, span }: NonNullable<Reasoning['memory']['heap']>): string {
  return `What garbage collections left, connections ${formatCount(span[0])} to ${formatCount(span[1])}: lately ${decimal(slope)} B per connection, between ${decimal(low)} and ${decimal(high)} B.`;
}

const STATES: Readonly<Record<Reasoning['memory']['state'], string>> = {
  flat: 'No growth that could be told from noise',
  suspect: 'It rises, or is too noisy to tell: not decided',
  grows: 'It went on rising at the same pace',
  unmeasured: 'Not judged',
};

const RUNTIMES: Readonly<Record<Reasoning['memory']['runtime'], string>> = {
  native: 'program with malloc',
  perl: 'Perl program',
  cpython: 'Python program',
  php: 'PHP program',
  go: 'Go program',
  lua: 'Lua program',
  ocaml: 'OCaml program',
  boehm: 'program with a conservative collector',
  ruby: 'Ruby program',
  mono: 'Mono program',
  pypy: 'PyPy program',
  ghc: 'Haskell program',
  beam: 'program of Erlang’s virtual machine',
  racket: 'Racket program',
  v8: 'program of V8 (Node)',
  dotnet: '.NET program',
  sbcl: 'program of SBCL',
  jvm: 'JVM',
  unknown: 'program whose runtime is not known',
};

function decimal(value: number): string {
  return Math.abs(value) >= 100 ? formatCount(value) : String(Number(value.toFixed(1)) + 0);
}
