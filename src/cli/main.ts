import { ChurnError } from '../errors.js';
import { looksLikeTarget } from '../options/url.js';
import { splitArguments, withHeaders } from './arguments.js';
import type { Io } from './io.js';
import { toldError } from './own-error.js';
import { buildProgram } from './program.js';
import { isCommanderError } from './program-shell.js';
import { exitCodeOf, reportError } from './report-error.js';

/**
 * The whole program: arguments in, exit status out. Every failure becomes one sentence and exit 2 here and nowhere else:
 * 1 is a word about a server, and none of ours may be taken for it.
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
      return await failed(
        io,
        new ChurnError('usage', sentenceOf(error.message), hintFor(error.code, io.argv)),
      );
    }
    return await failed(io, error);
  }
}

/** Tells of any error, and its exit status. What is at fault may also be in the way of telling it, so this does not throw. */
export async function failed(io: Io, error: unknown): Promise<number> {
  const told = toldError(io, error);
  try {
    return exitCodeOf(told, await reportError(io, told), io.signal.reason);
  } catch {
    io.stderr.write(`churn: ${told.message}\nhint: ${told.hint}\n`);
    return 2;
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
