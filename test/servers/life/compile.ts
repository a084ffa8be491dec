import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const SOURCE = new URL('../../../../test/servers/life/life.c', import.meta.url).pathname;
const binaries = mkdtempSync(join(tmpdir(), 'churn-life-'));
process.on('exit', () => rmSync(binaries, { recursive: true, force: true }));
const compiled = new Map<string, Promise<string>>();

/** Path of the server with a bad life, compiled once for each set of flags. */
export function compileLife(...flags: readonly string[]): Promise<string> {
  const key = flags.join(' ');
  const known = compiled.get(key);
  if (known) return known;
  const binary = join(binaries, `life${compiled.size}`);
  const options = ['-std=gnu11', '-O1', '-g', '-Wall', '-Wextra', ...flags, '-o', binary, SOURCE];
  const building = promisify(execFile)('cc', options).then(() => binary);
  compiled.set(key, building);
  return building;
}
