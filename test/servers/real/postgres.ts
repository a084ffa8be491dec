import { execFile } from 'node:child_process';
import { chownSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { RealServer } from './recipe.js';

const programs = newestPrograms('/usr/lib/postgresql');

export const recipe: RealServer = {
  name: 'postgres',
  package: 'postgresql',
  program: join(programs, 'postgres'),
  prepare: async (folder, port) => {
    const data = join(folder, 'data');
    const initdb = [
      join(programs, 'initdb'),
      '--pgdata',
      data,
      '--auth=trust',
      '--no-sync',
      '--no-locale',
      '--encoding=UTF8',
    ];
    const [program = '', ...args] = await ownedByPostgres(data, initdb);
    await promisify(execFile)(program, args, { cwd: folder });
    const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', `unix_socket_directories=${data}`];
    return {
      command: [join(programs, 'postgres'), '-D', data, ...settings.flatMap(setting => ['-c', setting])],
      asUser: 'postgres',
    };
  },
  notes:
    'Forks a backend for every connection, also for one that never says a word. Every child has a process group of its own.',
};

/** PostgreSQL refuses to run as root. */
async function ownedByPostgres(data: string, command: readonly string[]): Promise<readonly string[]> {
  mkdirSync(data, { mode: 0o700 });
  if (process.getuid?.() !== 0) return command;
  const idOf = async (flag: string) => Number((await promisify(execFile)('id', [flag, 'postgres'])).stdout);
  chownSync(data, await idOf('-u'), await idOf('-g'));
  return ['setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups', '--', ...command];
}

function newestPrograms(folder: string): string {
  let versions: string[] = [];
  try {
    versions = readdirSync(folder);
  } catch {
    // Not installed: the path below names a program that does not exist.
  }
  const newest = versions.sort((a, b) => Number(b) - Number(a))[0] ?? 'none';
  return join(folder, newest, 'bin');
}
