import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ChurnError } from '../errors.js';
import type { World } from './world.js';

/**
 * The path of a program as execvp(3) finds it, so that what is wrong with it can be said before anything is started.
 * @throws ChurnError `no-such-program`.
 */
export function findProgram(name: string, env: World['env']): string {
  const paths = name.includes('/')
    ? [name]
    : (env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin')
        .split(delimiter)
        .map(folder => join(folder || '.', name));
  const there = paths.filter(path => statSync(path, { throwIfNoEntry: false })?.isFile());
  const found = there.find(isExecutable);
  if (found !== undefined) return found;
  const [first] = there;
  throw first === undefined
    ? new ChurnError(
        'no-such-program',
        `There is no program ${JSON.stringify(name)}.`,
        /\s/.test(name)
          ? 'The command is run without a shell, so each word is an argument of its own: leave out the quotes around it.'
          : 'Check its path; the command is run without a shell, from the folder in which churn was called.',
      )
    : new ChurnError('no-such-program', `${JSON.stringify(first)} is not executable.`, `chmod +x ${first}`);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
