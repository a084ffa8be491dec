import { execFile } from 'node:child_process';
import { ChurnError } from '../errors.js';

/**
 * What to put before a command so that it runs in the network of a process; a command of a child ends with its parent.
 * Its user namespace is entered too where that is what gives the right to: containers without root have one.
 *
 * @throws ChurnError `permission` when it may not be entered, or there is no nsenter(1).
 */
export async function entranceTo(pid: number): Promise<readonly [program: string, ...args: string[]]> {
  const net = `--net=/proc/${pid}/ns/net`;
  const user = [`--user=/proc/${pid}/ns/user`, '--preserve-credentials'];
  let missing = false;
  for (const args of [[net], [...user, net]]) {
    const code = await statusOf('nsenter', [...args, '--', 'setpriv', '--pdeathsig', 'TERM', 'true']);
    if (code === 0) return ['nsenter', ...args, '--', 'setpriv', '--pdeathsig', 'TERM', '--'];
    missing ||= code === 'ENOENT';
  }
  throw new ChurnError(
    'permission',
    `Process ${pid} lives in another network namespace, which cannot be entered: ${
      missing ? 'there is no nsenter' : 'nsenter was refused'
    }.`,
    missing ? 'Install util-linux, which brings nsenter.' : 'Run the same command with sudo.',
  );
}

function statusOf(program: string, args: readonly string[]): Promise<unknown> {
  return new Promise(resolve => execFile(program, args, error => resolve(error ? error.code : 0)));
}
