import { ChurnError } from '../errors.js';
import { ownLimitError } from '../own-limits.js';
import { VERSION } from '../version.js';
import { splitArguments } from './arguments.js';
import type { Io } from './io.js';
import { writeElsewhere } from './report-file.js';

/**
 * Any error as one that can be told: what was foreseen as it is, a limit of this machine by its name, and everything else
 * as the mistake of churn that it is. The stack of a mistake is written on stderr with --verbose, else into a file.
 */
export function toldError(
  io: Pick<Io, 'argv' | 'nodeVersion' | 'platform' | 'stderr'>,
  error: unknown,
): ChurnError {
  if (error instanceof ChurnError) return error;
  const limit = ownLimitError(error);
  if (limit !== undefined) return limit;
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error ? (error.stack ?? message) : message;
  const facts = `churn ${VERSION}, node ${io.nodeVersion}, ${io.platform}\n${JSON.stringify(io.argv)}\n${stack}\n`;
  const [line = ''] = message.split('\n');
  return new ChurnError(
    'own-error',
    `churn itself made a mistake (${line}), which is no word about the server.`,
    `Please report it ${whereToFind(io, facts)}.`,
  );
}

function whereToFind(io: Pick<Io, 'argv' | 'stderr'>, facts: string): string {
  const { own } = splitArguments(io.argv);
  if (!own.includes('-v') && !own.includes('--verbose')) {
    const file = writeElsewhere('churn-mistake.txt', facts);
    if (file !== undefined) return `with the file ${file}`;
    // What has gone wrong may be the disk: then the terminal has to do.
  }
  io.stderr.write(facts);
  return 'with the lines above';
}
