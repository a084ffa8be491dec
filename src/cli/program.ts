import { Command } from 'commander';
import { DEFAULTS, HEAP_BUDGET, THOROUGH_DEFAULTS } from '../options/run.js';
import { REPORTER_NAMES } from '../report/registry.js';
import { VERSION } from '../version.js';
import { CLIENT_NAMES } from '../workload/client-names.js';
import { runCommand } from './commands/run.js';
import type { Io } from './io.js';
import {
  addServeOptions,
  addStartOptions,
  addTalkOptions,
  addWatchOptions,
  collect,
  takeCommandOnlyIn,
} from './program-options.js';
import { addShellCommands, EPILOGUE } from './program-shell.js';

/** The program, and the exit status that its command came to. */
export interface Program extends Command {
  status(): number;
}

/** Every command and option. All but `run` are loaded when one is called: most of a short run is start-up. */
export function buildProgram(io: Io, command?: readonly string[]): Program {
  let status = 0;
  const program = configure(new Command('churn'), io)
    .description(
      'Opens and closes connections against a server, and proves that it forgot none of them or names those it kept.',
    )
    .version(`churn ${VERSION} (node ${io.nodeVersion}, ${io.platform})`, '-V, --version')
    .addHelpText('after', EPILOGUE);
  const run = [addTargetOptions, addStartOptions, addCycleOptions, addTalkOptions, addJudgingOptions]
    .reduce((to, add) => add(to), addOutputOptions(configure(program.command('run'), io)))
    .description('open cycles against a port and judge the server (the default command)')
    .action(async options => {
      status = await runCommand(io, { ...options, command });
    });
  addWatchOptions(
    [addTargetOptions, addOutputOptions].reduce(
      (to, add) => add(to),
      configure(program.command('watch'), io),
    ),
  ).action(async options => {
    const { watchCommand } = await import('./commands/on-demand.js');
    status = await watchCommand(io, { ...options, command });
  });
  addOutputOptions(addServeOptions(configure(program.command('serve'), io))).action(async options => {
    const { serveCommand } = await import('./commands/serve.js');
    status = await serveCommand(io, { ...options, command });
  });
  addTargetOptions(configure(program.command('inspect'), io))
    .description('who listens on the port, and what it holds right now')
    .option('--json', 'print one JSON object')
    .action(async options => {
      const { inspectCommand } = await import('./commands/on-demand.js');
      status = await inspectCommand(io, options);
    });
  addFormatOptions(configure(program.command('render'), io))
    .description('write a saved report again, in any format')
    .argument('<file>', 'report that --save or --json has written')
    .action(async (file, options) => {
      const { renderCommand } = await import('./commands/on-demand.js');
      status = await renderCommand(io, file, options);
    });
  configure(program.command('compare'), io)
    .description('what a change did: which findings are new, worse, better or gone')
    .argument('<old>', 'report of the run before, saved with --save')
    .argument('<new>', 'report of the run after')
    .option('--reporter <name[=file]>', 'text, json, markdown; to stdout or a file, repeatable', collect)
    .option('--json', 'the same as --reporter json')
    .action(async (oldFile, newFile, options) => {
      const { compareCommand } = await import('./commands/on-demand.js');
      status = await compareCommand(io, oldFile, newFile, options);
    });
  configure(program.command('demo'), io)
    .description('a clean server and a leaking one, judged before your eyes')
    .option('--no-color', 'no colour')
    .action(async options => {
      const { demoCommand } = await import('./commands/on-demand.js');
      status = await demoCommand(io, options);
    });
  configure(program.command('explain'), io)
    .description('what a kind of finding means, how to see it by hand, and how to mend it')
    .argument('[kind]', 'fd, zombie, hang, … (default: the list of them)')
    .action(async kind => {
      const { explainCommand } = await import('./commands/on-demand.js');
      status = explainCommand(io, kind);
    });
  configure(program.command('guide'), io)
    .description('what can be done with churn, a page for each topic')
    .argument('[topic]', 'load, serve, ci, … (default: the list of them)')
    .action(async topic => {
      const { guideCommand } = await import('./commands/on-demand.js');
      status = guideCommand(io, topic);
    });
  configure(program.command('clients'), io)
    .description('what the clients do, each with a line and its packets')
    .option('--json', 'print one JSON object')
    .action(async options => {
      const { clientsCommand } = await import('./commands/on-demand.js');
      status = clientsCommand(io, options);
    });
  addShellCommands(program, command => configure(command, io), {
    completion: async (shape, shell) => {
      const { completionCommand } = await import('./commands/on-demand.js');
      status = completionCommand(io, shape, shell);
    },
    manual: async shape => {
      const { manualCommand } = await import('./commands/on-demand.js');
      status = manualCommand(io, shape);
    },
  });
  run.showHelpAfterError(false);
  takeCommandOnlyIn(program, ['run', 'watch', 'serve'], command);
  return Object.assign(program, { status: () => status });
}

/** Commander neither exits nor prints errors by itself: `main` does. */
function configure(command: Command, io: Io): Command {
  return command
    .exitOverride()
    .allowExcessArguments(false)
    .configureOutput({
      writeOut: text => io.stdout.write(text),
      writeErr: () => undefined,
      getOutHelpWidth: () => io.stdout.columns,
      getOutHasColors: () => false,
    });
}

function addTargetOptions(command: Command): Command {
  return command
    .optionsGroup('Target:')
    .option(
      '-p, --port <n>',
      'TCP port that the server listens on; auto: a free one for the command behind --',
    )
    .option('-H, --host <address>', 'address of this machine (default: the one on which the port is open)')
    .option('--unix <path>', 'Unix socket that the server listens on')
    .option('--pid <n>', 'process to judge, repeatable (default: found from the listening socket)', collect)
    .option('--behind-proxy', 'the process of --pid does not listen on the port itself');
}

function addCycleOptions(command: Command): Command {
  return command
    .optionsGroup('Cycles:')
    .option('-n, --cycles <n>', `cycles that are judged (default: ${DEFAULTS.cycles})`)
    .option('--duration <time>', 'make cycles for so long, instead of --cycles')
    .option(
      '-c, --concurrency <n>',
      `connections at a time (default: ${DEFAULTS.concurrency}; with --rate at most ${DEFAULTS.openAtRate})`,
    )
    .option('--rate <n/s>', 'begin so many cycles a second, whatever the server does')
    .option('--ramp <time>', 'let the rate, or the concurrency, grow from 1 for so long')
    .option('--latency', 'tell how long connections and answers took (with --rate it is told anyway)')
    .option('--hold <n>', 'keep so many silent clients connected during the cycles')
    .option('--hold-end <how>', 'how they go: fin or rst (default: fin)')
    .option(
      '--client <names>',
      `what the clients do: ${CLIENT_NAMES.join(', ')} (default: ${DEFAULTS.client})`,
    )
    .option(
      '--thorough',
      `every client in turn, ${THOROUGH_DEFAULTS.cycles} cycles each, --budget (${THOROUGH_DEFAULTS.budget}) for all`,
    )
    .option(
      '--seed <n>',
      'order in which several clients are taken (default: a random one, which is printed)',
    )
    .option('--wait <time>', `how long the clients idle and drip wait (default: ${DEFAULTS.wait})`)
    .option('--timeout <time>', `deadline of one cycle (default: ${DEFAULTS.timeout})`)
    .option('--pause <time>', 'wait between two cycles of a client (default: none)');
}

function addJudgingOptions(command: Command): Command {
  return command
    .optionsGroup('Judging:')
    .option('--warmup <n>', `cycles before the judged ones (default: ${DEFAULTS.warmup})`)
    .option('--settle <time>', `how long a server may take to close (default: ${DEFAULTS.settle})`)
    .option('--rounds <n>', `rounds of cycles that memory is judged by (default: ${DEFAULTS.rounds})`)
    .option(
      '--budget <time>',
      `time for confirming what has to recur (default: ${DEFAULTS.budget}, ${HEAP_BUDGET} where garbage is collected)`,
    )
    .option('--no-confirm', 'make no further cycles')
    .option('--strict', 'exit 3 when something is undecided')
    .option('--fail-on <kinds>', 'only these kinds of finding fail, separated by commas')
    .option('--allow <kind=n>', 'let pass up to n of a kind, repeatable', collect)
    .option('--gauge <url#name>', 'a number of the server that must come back too, repeatable', collect)
    .option('--allow-remote', 'judge a server that cannot be looked into by its gauges');
}

function addOutputOptions(command: Command): Command {
  return addFormatOptions(command)
    .option('--save <file>', 'the same as --reporter json=FILE, for churn compare and churn render')
    .option('--no-progress', 'no progress line');
}

function addFormatOptions(command: Command): Command {
  return command
    .optionsGroup('Output:')
    .option(
      '--reporter <name[=file]>',
      `${REPORTER_NAMES.join(', ')}; to stdout or a file, repeatable`,
      collect,
    )
    .option('--json', 'the same as --reporter json')
    .option('--quiet', 'one line')
    .option('-v, --verbose', 'how the verdict came about, step by step')
    .option('--no-color', 'no colour');
}
