import { Chalk } from 'chalk';
import { startDemoServer } from '../../demo/demo-server.js';
import { parseOptions } from '../../options/run.js';
import { requireProc } from '../../proc/host.js';
import type { Report } from '../../report/report.js';
import { renderText } from '../../report/text.js';
import { wrap } from '../../report/wrap.js';
import { run } from '../../session/run.js';
import { VERSION } from '../../version.js';
import { colorLevel } from '../color.js';
import { type Io, widthOf } from '../io.js';
import { progressLine } from '../progress.js';
import { signalStatus } from '../report-error.js';

interface Act {
  readonly server: 'clean' | 'leaking';
  readonly verdict: Report['verdict'];
  readonly before: string;
  readonly after: string;
}

const ACTS: readonly Act[] = [
  {
    server: 'clean',
    verdict: 'pass',
    before: 'A clean server: when a client goes, it closes its side too.',
    after: 'Every descriptor came back. The last line is the proof that can be pasted.',
  },
  {
    server: 'leaking',
    verdict: 'fail',
    before:
      'The same server with one mistake: it reads the end of the connection, and never closes its own side.',
    after:
      'Nothing looked wrong from outside: every connection was accepted. But the server still holds a socket for each of them, and the limit of its descriptors says when accept() will fail.',
  },
];

const TOO_BUSY =
  'That is not the verdict that this server deserves: the machine is probably too busy. Try again when it is idle.';

/** `churn demo`: exit 0 when both servers got the verdict that they must get. */
export async function demoCommand(io: Io, { color }: { readonly color: boolean }): Promise<number> {
  requireProc();
  const level = colorLevel(io, io.stdout, color);
  const chalk = new Chalk({ level });
  const say = (text: string) => io.stdout.write(`${wrap(text, widthOf(io), 0).join('\n')}\n\n`);
  let asExpected = true;
  for (const act of ACTS) {
    say(chalk.bold(act.before));
    const report = await judgeDemoServer(io, act.server);
    io.stdout.write(renderText(report, { colorLevel: level, columns: widthOf(io) }));
    if (report.interrupted) return signalStatus(io.signal.reason);
    const isRight = report.verdict === act.verdict;
    asExpected &&= isRight;
    io.stdout.write('\n');
    say(isRight ? act.after : TOO_BUSY);
  }
  io.stdout.write('Your own server is next: churn --port 9000 --cycles 1000\n');
  return asExpected ? 0 : 2;
}

/** An idle machine needs eight seconds to decide on the memory of a Node, one that others use several times as much. */
const BUDGET = '1m';

async function judgeDemoServer(io: Io, name: Act['server']): Promise<Report> {
  const server = await startDemoServer(io.nodePath, name, io.signal);
  const progress = progressLine(io, true);
  try {
    return await run(parseOptions({ port: server.port, budget: BUDGET }), {
      signal: io.signal,
      onProgress: progress.update,
      tool: { name: 'churn', version: VERSION, command: ['demo'] },
      environment: { node: io.nodeVersion, cpus: io.cpus },
      timings: {},
    });
  } finally {
    progress.clear();
    await server.stop();
  }
}
