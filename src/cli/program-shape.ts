import type { Command, Help } from 'commander';
import type { Shape } from './shape/shape.js';

/** What commander knows of a program, as data. */
export function shapeOf(command: Command, help: Help, epilogue = ''): Shape {
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
