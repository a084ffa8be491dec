import { type Command, CommanderError, type Help } from 'commander';
import type { CommandShape } from './shape/shape.js';

/** What stands below the options, in the help as in the manual. */
export const EPILOGUE = `
Exit status:
  0 pass   1 the server is at fault   2 could not test   3 undecided, with --strict
  130 interrupted   143 terminated

Examples:
  churn --port 9000 --cycles 1000
  churn http://localhost:3000/api/items
  churn --port auto -- ./server --port {port}
  churn inspect --port 9000`;

/** The commands that tell shells and man(1) of all others. */
export function addShellCommands(
  program: Command,
  configure: (command: Command) => Command,
  act: {
    readonly completion: (shape: CommandShape, shell: string) => Promise<void>;
    readonly manual: (shape: CommandShape) => Promise<void>;
  },
): void {
  const shape = () => shapeOf(program, program.createHelp(), EPILOGUE);
  configure(program.command('completion'))
    .description('completion for a shell: source <(churn completion bash)')
    .argument('<shell>', 'bash, zsh or fish')
    .action(shell => act.completion(shape(), shell));
  configure(program.command('manual'))
    .description('the manual page: churn manual | man -l -')
    .action(() => act.manual(shape()));
}

/** What commander knows of a program, as data. */
function shapeOf(command: Command, help: Help, epilogue = ''): CommandShape {
  return {
    name: command.name(),
    description: command.description(),
    options: help.visibleOptions(command).map(option => ({
      flags: option.flags,
      short: option.short,
      long: option.long ?? option.flags,
      takesValue: option.required || option.optional,
      description: option.description,
      group: option.helpGroupHeading ?? '',
    })),
    arguments: command.registeredArguments.map(argument => ({
      name: argument.name(),
      required: argument.required,
      description: argument.description,
    })),
    commands: command.commands.filter(({ name }) => name !== undefined).map(child => shapeOf(child, help)),
    epilogue,
  };
}

export function isCommanderError(error: unknown): error is CommanderError {
  return error instanceof CommanderError;
}
