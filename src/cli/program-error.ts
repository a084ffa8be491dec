import { CommanderError } from 'commander';

export function isCommanderError(error: unknown): error is CommanderError {
  return error instanceof CommanderError;
}
