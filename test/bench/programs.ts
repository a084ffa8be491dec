import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = new URL('../../../', import.meta.url).pathname;

/** The command that is measured, as a user runs it. */
export const CHURN = [process.execPath, join(ROOT, 'bin/churn.js')];
export const BARE_SOCKETS = [process.execPath, join(ROOT, 'build/test/bench/bare-sockets.js')];

/** Paths of the C programs, compiled with -O2. */
export interface Programs {
  /** The clean epoll server of test/servers. */
  readonly server: string;
  readonly connectLoop: string;
  readonly hold: string;
  readonly weigh: string;
  /** A folder for whatever a run leaves; it goes when the bench ends. */
  readonly folder: string;
}

/** @throws when there is no C compiler, with what it said otherwise. */
export async function compilePrograms(): Promise<Programs> {
  const folder = mkdtempSync(join(tmpdir(), 'churn-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const [server, connectLoop, hold, weigh] = await Promise.all([
    compile(folder, 'epoll', ['test/servers/c/zoo.c', 'test/servers/c/epoll.c']),
    compile(folder, 'connect-loop', ['test/bench/c/connect_loop.c']),
    compile(folder, 'hold', ['test/bench/c/hold.c']),
    compile(folder, 'weigh', ['test/bench/c/weigh.c']),
  ]);
  return { server, connectLoop, hold, weigh, folder };
}

async function compile(folder: string, name: string, sources: readonly string[]): Promise<string> {
  const binary = join(folder, name);
  const paths = sources.map(source => join(ROOT, source));
  await promisify(execFile)('cc', [
    '-std=gnu11',
    '-O2',
    '-Wall',
    '-Wextra',
    '-pthread',
    '-o',
    binary,
    ...paths,
  ]);
  return binary;
}
