import { execFile } from 'node:child_process';

/** What a program prints. @throws Error with a sentence, when it fails or takes too long. */
export function outputOf(command: readonly string[], timeoutMs: number): Promise<string> {
  const [program = '', ...args] = command;
  return new Promise((resolve, reject) => {
    execFile(
      program,
      args,
      { timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 1 << 24, encoding: 'utf8' },
      (error, stdout) => {
        if (!error) resolve(stdout);
        else if (error.killed) reject(new Error(`${program} took longer than ${timeoutMs} ms`));
        else if (typeof error.code === 'number')
          reject(new Error(`${program} ended with status ${error.code}`));
        else reject(new Error(`${program} cannot be run (${error.code ?? error.message})`));
      },
    );
  });
}
