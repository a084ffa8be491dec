import { ChurnError } from '../errors.js';
import { driveToLimit } from '../gather/owner/at-limit.js';
import { churnOn } from '../gather/owner/churn-on.js';
import { Reloading } from '../gather/owner/reloading.js';
import type { Options } from '../options/run.js';
import type { Start } from '../options/start.js';
import { readChecker } from '../proc/checker.js';
import type { Report } from '../report/report.js';
import { joinLife, joinTurns } from '../report/started/join.js';
import { Checkers } from '../started/checkers.js';
import { signalHeads, workersOf } from '../started/heads.js';
import { pickFreePort } from '../started/program.js';
import { requireFree, untilReady } from '../started/ready.js';
import { StartedServer } from '../started/server.js';
import { type StopSignal, stopServer } from '../started/stop.js';
import type { World } from '../started/world.js';
import { attach } from '../target/attach.js';
import { formatDuration } from '../units.js';
import { judgeCheckers } from '../verdict/after-life.js';
import type { Life } from '../verdict/life.js';
import { run } from './run.js';
import type { RunContext } from './run-trial.js';
import { runThorough } from './thorough.js';

export type { World } from '../started/world.js';

/**
 * A server of our own, started, tried and stopped as often as was asked for; the first time that is no pass is told,
 * else the last.
 *
 * @throws ChurnError when the server cannot be started or tested.
 */
export async function runStarted(
  options: Options,
  start: Start,
  context: RunContext,
  world: World,
): Promise<Report> {
  for (let turn = 1; ; turn++) {
    const report = await runOnce(options, stretchStart(start), context, world);
    if (turn < start.repeat && report.verdict === 'pass' && !context.signal.aborted) continue;
    return start.repeat === 1 ? report : joinTurns(report, turn, start.repeat);
  }
}

/**
 * The story of one start: start it, wait until it listens, try it out, ask it what only its owner can ask, stop it, and
 * tell how all of that went. Nothing that was started outlives it, whatever happens.
 *
 * @throws ChurnError when the server cannot be started or tested.
 */
async function runOnce(options: Options, start: Start, context: RunContext, world: World): Promise<Report> {
  const wanted = { port: start.picksPort ? await pickFreePort() : options.port, unix: options.unix };
  requireFree(wanted);
  const server = await StartedServer.start(start, wanted.port, world, options.where);
  const checkers = new Checkers(server);
  try {
    const ready = await untilReady(server, wanted, start.readyMs, context.signal);
    checkers.look(false);
    const told = await tellTime({ ...options, port: ready.port }, start, server);
    const around = { ...context, endingOf: endingOf(server) };
    const { report, reloaded } = await tryOut(server, told, around);
    const limited = await tryLimit(report, told, around);
    checkers.look(true);
    const { stopped, shutdown } = await stop(server, checkers, report, told, context.signal);
    const output = { lines: server.output.lastLines(LAST_LINES), file: start.logFile };
    const heard = judgeCheckers(checkers.hear(), stopped);
    const { command, pid } = server;
    const { graceMs } = told.start;
    const given = { command, pid, given: start.command, picksPort: start.picksPort, graceMs };
    return joinLife(
      { ...report, notes: [...report.notes, ...told.notes, ...server.output.notes()] },
      { ...given, ...ready, ...limited, reloaded, shutdown, stopped, output, ...heard },
      options.policy,
    );
  } catch (error) {
    await stopServer(server, undefined, start.graceMs);
    throw context.signal.aborted && !(error instanceof ChurnError) ? interruptedEarly(error) : error;
  } finally {
    await server.abandon();
  }
}

/** How the server is to be tried, once it is known what it runs with. */
interface TrialPlan {
  readonly options: Options;
  readonly start: Start;
  readonly notes: readonly string[];
}

async function tellTime(options: Options, start: Start, server: StartedServer): Promise<TrialPlan> {
  const checker = server.look().flatMap(({ pid }) => readChecker(pid) ?? [])[0];
  if (checker === undefined) return { options, start, notes: [] };
  const [patient, kind] = stretchTimes(options, start);
  return { options: patient, start: kind, notes: [stretchNote(checker, patient, kind)] };
}

async function tryOut(
  server: StartedServer,
  { options, start }: TrialPlan,
  context: RunContext,
): Promise<{ readonly report: Report; readonly reloaded: Life['reloaded'] }> {
  if (options.thorough) return { report: await runThorough(options, context), reloaded: undefined };
  if (!start.reload) return { report: await run(options, context), reloaded: undefined };
  const reloadable = {
    workers: () => workersOf(server),
    signal: (name: NodeJS.Signals) => signalHeads(server, name),
  };
  const { endpoint } = await attach(options);
  const reloading = new Reloading(start.reload, reloadable, options, endpoint);
  const report = await run(options, { ...context, onJudged: reloading.onJudged });
  const reloaded = await reloading.facts();
  // Whoever was cut off by its death is the matter of that.
  return { report, reloaded: report.target?.alive ? reloaded : { ...reloaded, cutOff: 0 } };
}

/** A server that has failed already would tell nothing new at its limit. */
async function tryLimit(
  { verdict, interrupted }: Report,
  { options, start }: TrialPlan,
  { signal, endingOf }: Pick<RunContext, 'signal' | 'endingOf'>,
): Promise<Pick<Life, 'limit' | 'limitSkipped'>> {
  const { openFiles } = start;
  if (openFiles === undefined) return { limit: undefined, limitSkipped: undefined };
  if (interrupted || signal.aborted) return { limit: undefined, limitSkipped: 'interrupted' };
  if (verdict === 'fail') return { limit: undefined, limitSkipped: 'failed' };
  const limit = await driveToLimit(options, openFiles, signal, pid => endingOf?.(pid));
  return { limit, limitSkipped: undefined };
}

/** In peace, or with `--shutdown` while clients churn. */
async function stop(
  server: StartedServer,
  checkers: Checkers,
  { target }: Report,
  { options, start }: TrialPlan,
  signal: AbortSignal,
): Promise<Pick<Life, 'stopped' | 'shutdown'>> {
  const stopIt = (name?: StopSignal) => stopServer(server, options.port, start.graceMs, name);
  if (!start.shutdown || !target?.alive || server.look().length === 0 || signal.aborted) {
    return { stopped: await stopIt(checkers.stopSignal()), shutdown: undefined };
  }
  const [stopped, shutdown] = await churnOn(options, signal, () => stopIt());
  return { stopped, shutdown };
}

function endingOf(server: StartedServer): (pid: number) => StartedServer['exit'] {
  return pid => (pid === server.pid ? server.exit : undefined);
}

function interruptedEarly(cause: unknown): ChurnError {
  const error = new ChurnError('interrupted-early', 'The server was not ready yet.', 'Run it again.');
  return Object.assign(error, { cause });
}

const LAST_LINES = 10;

/** valgrind is known by its name before the server has begun; it takes seconds to begin. */
function stretchStart(start: Start): Start {
  const isSlow = start.preset.ready && start.command.some(word => /(^|\/)valgrind(\.bin)?$/.test(word));
  return isSlow ? { ...start, readyMs: start.readyMs * FACTOR } : start;
}

/** A server that checks itself while it runs is slower by as much; a time that the user has named stays. */
function stretchTimes(options: Options, start: Start): readonly [Options, Start] {
  const { preset } = start;
  const stretch = (ms: number, isPreset: boolean) => (isPreset ? ms * FACTOR : ms);
  return [
    {
      ...options,
      timeoutMs: stretch(options.timeoutMs, preset.timeout),
      settleMs: stretch(options.settleMs, preset.settle),
    },
    { ...start, graceMs: stretch(start.graceMs, preset.grace) },
  ];
}

/** What the reader is told of it. */
function stretchNote(checker: string, { timeoutMs, settleMs }: Options, { graceMs }: Start): string {
  return `The server runs with ${checker === 'valgrind' ? 'valgrind' : `a ${checker}`}, which makes it slow. Times that nobody named are four times as long: ${formatDuration(timeoutMs)} for a cycle (--timeout), ${formatDuration(settleMs)} to settle (--settle), ${formatDuration(graceMs)} to stop (--grace).`;
}

/** valgrind slows a program down by 10 to 50 times, a sanitizer by 2; what is waited for is only in part their work. */
const FACTOR = 4;
