import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { foreignRoot } from '../../proc/foreign-root.js';
import { isCaught, readCommand, readEnvironment, readProgramPath } from '../../proc/process.js';

/** A JVM that cannot be asked: one sentence that says why, and what would help. */
export class NoJcmd extends Error {}

/**
 * What a JVM answers to these diagnostic commands, one after the other.
 *
 * @throws NoJcmd where there is no jcmd, or the JVM does not answer it.
 */
export async function askJvm(pid: number, commands: readonly string[]): Promise<string> {
  requireWilling(pid);
  // jcmd takes several commands as the lines of one.
  return runBeside(pid, 'jcmd', [String(pid), commands.join('\n')]);
}

/**
 * What a program prints of the JDK that the server runs on, else of the one in PATH.
 *
 * @throws NoJcmd where it is not there, or fails.
 */
export async function runBeside(
  pid: number,
  program: 'jcmd' | 'jfr',
  args: readonly string[],
): Promise<string> {
  const beside = join(dirname(readProgramPath(pid) ?? ''), program);
  const path = foreignRoot(pid) === undefined && existsSync(beside) ? beside : program;
  try {
    return (await promisify(execFile)('setpriv', [...DIES_WITH_US, path, ...args], LIMITS)).stdout;
  } catch (error) {
    throw new NoJcmd(refusalOf(error as Failure));
  }
}

/** jcmd wakes a JVM by SIGQUIT, which ends one that has no handler for it. */
function requireWilling(pid: number): void {
  const { JAVA_TOOL_OPTIONS = '', JDK_JAVA_OPTIONS = '' } = readEnvironment(pid);
  const words = [...readCommand(pid), JAVA_TOOL_OPTIONS, JDK_JAVA_OPTIONS].join(' ');
  if (words.includes('-XX:+DisableAttachMechanism'))
    throw new NoJcmd('The JVM was started with -XX:+DisableAttachMechanism, so that jcmd cannot ask it.');
  if (!isCaught(pid, SIGQUIT))
    throw new NoJcmd(
      'The JVM has no handler for SIGQUIT, by which jcmd would wake it: start it without -Xrs.',
    );
}

interface Failure {
  readonly code?: number | string;
  readonly killed?: boolean;
  readonly stdout?: string;
  readonly stderr?: string;
}

function refusalOf({ code, killed, stdout = '', stderr = '' }: Failure): string {
  if (code === 'ENOENT' || code === NOT_FOUND)
    return 'What a JVM holds is told by jcmd, which is not installed: it is part of a JDK, and not of a JRE (apt-get install default-jdk-headless).';
  if (killed) return `The JVM did not answer jcmd within ${LIMITS.timeout / 1_000} s.`;
  const said = `${stderr}\n${stdout}`;
  if (/Operation not permitted|not owned|AccessDenied|Permission denied/.test(said))
    return 'jcmd may not ask the JVM: run churn as the user of the server, or as root.';
  const line = /^.*(?:Exception|Error|error).*$/m.exec(said)?.[0] ?? said.trim().split('\n')[0] ?? '';
  return `The JVM did not answer jcmd${line === '' ? '' : `: ${line.replace(/^[\w.]+(Exception|Error): /, '')}`}.`;
}

const SIGQUIT = 3;
/** What setpriv(1) answers for a program that is not there. */
const NOT_FOUND = 127;
const DIES_WITH_US = ['--pdeathsig', 'KILL'];
const LIMITS = { timeout: 15_000, killSignal: 'SIGKILL', maxBuffer: 64 * 1024 * 1024 } as const;
