import { accessSync, constants, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export function isInstalledProgram(name: string): boolean {
  return (process.env['PATH'] ?? '').split(':').some(folder => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Resolves when a watching churn has the socket tables open: from then on it knows what was there before. */
export async function untilWatching(pid: number): Promise<void> {
  // Once may be by chance: such files are read at the very beginning, too, and closed again.
  for (let attempt = 0, inARow = 0; attempt < 1_000; attempt++) {
    inARow = openFiles(pid).some(name => name.endsWith('/status')) ? inARow + 1 : 0;
    if (inARow === 5) return;
    await sleep(10);
  }
  throw new Error('churn does not watch');
}

/** Processes whose arguments are these. */
export function processesOf(argv: readonly string[]): number[] {
  const wanted = `${argv.join('\0')}\0`;
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .filter(name => readOrNothing(`/proc/${name}/cmdline`) === wanted)
    .map(Number);
}

function openFiles(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map(number => readlinkSync(`/proc/${pid}/fd/${number}`));
  } catch {
    return [];
  }
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
