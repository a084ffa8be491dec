import { ChurnError } from '../errors.js';
import { looksLikeTarget } from '../options/url.js';
import { splitArguments, withHeaders } from './arguments.js';
import type { Io } from './io.js';
import { buildProgram } from './program.js';
import { isCommanderError } from './program-shell.js';
import { exitCodeOf, reportError } from './report-error.js';

/**
 * The whole program: arguments in, exit status out. Expected failures become one sentence and exit 2 here and nowhere
 * else; anything else is a bug and keeps its stack.
 */
export async function main(io: Io): Promise<number> {
  try {
    const { own, command } = splitArguments(io.argv);
    const program = buildProgram(io, command);
    await program.parseAsync(withHeaders(withDefaultCommand(own)), { from: 'user' });
    return program.status();
  } catch (error) {
    if (isCommanderError(error)) {
      if (error.exitCode === 0) return 0;
      return await reportError(
        io,
        new ChurnError('usage', sentenceOf(error.message), hintFor(error.code, io.argv)),
      );
    }
    if (error instanceof ChurnError) return exitCodeOf(error, await reportError(io, error), io.signal.reason);
    throw error;
  }
}

/** `run` when no command is named: what comes first is then an option, or a server. Any other first word is a command. */
function withDefaultCommand(argv: readonly string[]): string[] {
  const [first] = argv;
  const forProgram = first === '-h' || first === '--help' || first === '-V' || first === '--version';
  const isRun = first === undefined || looksLikeTarget(first) || (first.startsWith('-') && !forProgram);
  return isRun ? ['run', ...argv] : [...argv];
}

/** What whoever typed that probably meant. */
function hintFor(code: string, [first = '']: readonly string[]): string {
  if (code === 'commander.excessArguments') {
    return 'A command that churn is to start stands behind --: churn --port 9000 -- ./server --port 9000';
  }
  if (code !== 'commander.unknownCommand' || /^[a-z]{1,7}$/.test(first)) return 'See churn --help';
  return `A server is named by its port, address or URL: churn 9000, churn ${first}:9000, churn http://localhost:3000/. See churn --help`;
}

/** Commander says "error: unknown option '--foo'\n(Did you mean --for?)". */
function sentenceOf(message: string): string {
  const text = message.replace(/^error: /, '').replace(/\n/g, ' ');
  const sentence = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.?)]$/.test(sentence) ? sentence : `${sentence}.`;
}
