import { Command } from 'commander';
import { ChurnError } from '../errors.js';
import { helpOf, optionOf, type Raw, type Row } from '../options/option.js';
import type { TARGET } from '../options/table.js';
import { VERSION } from '../version.js';
import { runCommand } from './commands/run.js';
import type { Io } from './io.js';
import { addShellCommands, EPILOGUE } from './program-shell.js';
import { COMMAND_OPTIONS } from './shape/shape.js';

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
  const add = (name: string) => addOptions(configure(program.command(name), io));
  add('run')
    .usage('[target] [options] [-- server command…]')
    .description('open cycles against a server and judge it (the default command)')
    .argument('[target]', TARGET_WORDS)
    .action(async (target, options) => {
      status = await runCommand(io, { ...withTarget(target, options), command });
    })
    .showHelpAfterError(false);
  add('watch')
    .usage('[target] [options] [-- load command…]')
    .description('judge a server while any other program loads it (k6, wrk, a test suite)')
    .argument('[target]', TARGET_WORDS)
    .action(async (target, options) => {
      const { watchCommand } = await import('./commands/on-demand.js');
      status = await watchCommand(io, { ...withTarget(target, options), command });
    });
  add('serve')
    .usage('[options] [-- client command…]')
    .description('be the server (slow, resetting, silent, …), and judge the client')
    .action(async options => {
      const { serveCommand } = await import('./commands/serve.js');
      status = await serveCommand(io, { ...options, command });
    });
  add('inspect')
    .description('who listens on the port, and what it holds right now')
    .argument('[target]', TARGET_WORDS)
    .action(async (target, options) => {
      const { inspectCommand } = await import('./commands/on-demand.js');
      status = await inspectCommand(io, withTarget(target, options));
    });
  add('render')
    .description('write a saved report again, in any format')
    .argument('<file>', 'report that --save or --json has written')
    .action(async (file, options) => {
      const { renderCommand } = await import('./commands/on-demand.js');
      status = await renderCommand(io, file, options);
    });
  add('compare')
    .description('what a change did: which findings are new, worse, better or gone')
    .argument('<old>', 'report of the run before, saved with --save')
    .argument('<new>', 'report of the run after')
    .action(async (oldFile, newFile, options) => {
      const { compareCommand } = await import('./commands/on-demand.js');
      status = await compareCommand(io, oldFile, newFile, options);
    });
  add('demo')
    .description('a clean server and a leaking one, judged before your eyes')
    .action(async options => {
      const { demoCommand } = await import('./commands/on-demand.js');
      status = await demoCommand(io, options);
    });
  add('explain')
    .description('what a kind of finding means, how to see it by hand, and how to fix it')
    .argument('[kind]', 'fd, zombie, hang, … (default: the list of them)')
    .action(async kind => {
      const { explainCommand } = await import('./commands/on-demand.js');
      status = explainCommand(io, kind);
    });
  add('guide')
    .description('what can be done with churn, a page for each topic')
    .argument('[topic]', 'load, serve, ci, … (default: the list of them)')
    .action(async topic => {
      const { guideCommand } = await import('./commands/on-demand.js');
      status = guideCommand(io, topic);
    });
  add('clients')
    .description('what the clients do, each with a line and its packets')
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
  takeCommandOnlyIn(program, ['run', 'watch', 'serve'], command);
  return Object.assign(program, { status: () => status });
}

const TARGET_WORDS = 'a port, an address or a URL: 9000, localhost:9000, http://localhost:3000/api';

/** The word that names a server, as the option that says the same. */
function withTarget<O extends Raw<typeof TARGET>>(word: string | undefined, options: O): O {
  if (word === undefined) return options;
  if (options.port !== undefined || options.unix !== undefined) {
    const [name, given] = options.port === undefined ? ['--unix', options.unix] : ['--port', options.port];
    throw new ChurnError(
      'usage',
      `${name} names the server already, and ${JSON.stringify(word)} is no option.`,
      `A command that churn is to start stands behind --: churn ${name} ${given} -- ${word}`,
    );
  }
  if (options.url === undefined) return { ...options, url: word };
  throw new ChurnError('usage', `${word} and --url name two servers.`, 'Give one of them.');
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

/** Those of its name in the table. */
function addOptions(command: Command): Command {
  for (const [heading, table] of Object.entries(COMMAND_OPTIONS[command.name()] ?? {})) {
    if (heading !== '') command.optionsGroup(heading);
    for (const [name, row] of Object.entries(table)) {
      const flags = flagsOf(name, row);
      // Before the other one, or commander would take it for given.
      if (row.value.insisted) command.option(optionOf(name), row.value.insisted);
      if (row.value.repeats) command.option(flags, helpOf(row), collect);
      else command.option(flags, helpOf(row));
    }
  }
  return command;
}

/** "-p, --port <n>" */
function flagsOf(name: string, { short, value }: Row): string {
  const long = optionOf(value.isOn ? `no-${name}` : name);
  return `${short ? `${short}, ` : ''}${long}${value.placeholder ? ` ${value.placeholder}` : ''}`;
}

function collect(value: string, previous: string[] = []): string[] {
  return [...previous, value];
}

/** A command behind `--` that nobody would run must not be passed over in silence. */
function takeCommandOnlyIn(
  program: Command,
  names: readonly string[],
  command: readonly string[] | undefined,
): void {
  program.hook('preAction', (_, called) => {
    if (command === undefined || names.includes(called.name())) return;
    throw new ChurnError(
      'usage',
      `churn ${called.name()} starts nothing, so there is nothing to do with a command behind --.`,
      'Leave it out, or: churn --port 9000 -- ./server',
    );
  });
}
