import { ChurnError } from './errors.js';
import type { RunContext } from './examine.js';
import type { Options } from './options.js';
import type { Report } from './report/report.js';
import { joinLife, joinTurns } from './report/started/join.js';
import { run } from './run.js';
import type { Start } from './start-options.js';
import { pickFreePort } from './started/free-port.js';
import { requireFree, untilReady } from './started/ready.js';
import { StartedServer } from './started/server.js';
import { stopServer } from './started/stop.js';
import type { World } from './started/world.js';
import { runThorough } from './thorough.js';
import { findSanitizerReports } from './verdict/sanitizer.js';

export type { World } from './started/world.js';

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
    const report = await runOnce(options, start, context, world);
    if (turn < start.repeat && report.verdict === 'pass' && !context.signal.aborted) continue;
    return start.repeat === 1 ? report : joinTurns(report, turn, start.repeat);
  }
}

/**
 * The story of one start: start it, wait until it listens, try it out, stop it, and tell how all of that
 * went. Nothing that was started outlives it, whatever happens.
 *
 * @throws ChurnError when the server cannot be started or tested.
 */
async function runOnce(options: Options, start: Start, context: RunContext, world: World): Promise<Report> {
  const wanted = { port: start.picksPort ? await pickFreePort() : options.port, unix: options.unix };
  requireFree(wanted);
  const server = await StartedServer.start(start, wanted.port, world);
  try {
    const ready = await untilReady(server, wanted, start.readyMs, context.signal);
    const found = { ...options, port: ready.port };
    const report = await tryOut(found, {
      ...context,
      endingOf: pid => (pid === server.pid ? server.exit : undefined),
    });
    const stopped = await stopServer(server, ready.port, start.graceMs);
    const output = { lines: server.output.lastLines(LAST_LINES), file: start.logFile };
    const sanitizers = findSanitizerReports(server.output.text(MOST_READ_BYTES));
    const { command, pid } = server;
    return joinLife(
      report,
      {
        command,
        pid,
        given: start.command,
        picksPort: start.picksPort,
        graceMs: start.graceMs,
        ...ready,
        stopped,
        output,
        sanitizers,
      },
      options.policy,
    );
  } catch (error) {
    await stopServer(server, undefined, start.graceMs);
    throw context.signal.aborted && !(error instanceof ChurnError) ? interruptedEarly(error) : error;
  } finally {
    await server.abandon();
  }
}

function tryOut(options: Options, context: RunContext): Promise<Report> {
  return options.thorough ? runThorough(options, context) : run(options, context);
}

function interruptedEarly(cause: unknown): ChurnError {
  const error = new ChurnError('interrupted-early', 'The server was not ready yet.', 'Run it again.');
  return Object.assign(error, { cause });
}

const LAST_LINES = 10;
const MOST_READ_BYTES = 4 * 1_024 * 1_024;
