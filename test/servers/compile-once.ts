import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Beside the compiled tests, so that all of them and the exam share what one has compiled. */
const FOLDER = fileURLToPath(new URL('../../programs/', import.meta.url));
const HEADERS = [new URL('../../../test/servers/c/zoo.h', import.meta.url)];
const FLAGS = ['-std=gnu11', '-O1', '-g', '-Wall', '-Wextra', '-pthread'];
const compiled = new Map<string, Promise<string>>();

/**
 * Path of a program made of these C sources, in a folder that has the hash of all that it is made of. Its name is `name`,
 * as a server's name is in its report. Two that compile the same at once each write a file of their own, and the last to
 * finish puts it in place.
 */
export function compileOnce(
  name: string,
  sources: readonly string[],
  flags: readonly string[] = [],
): Promise<string> {
  const key = [name, ...sources, ...flags].join('\0');
  const known = compiled.get(key);
  if (known) return known;
  const building = build(name, sources, flags);
  compiled.set(key, building);
  return building;
}

async function build(name: string, sources: readonly string[], flags: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update([...FLAGS, ...flags].join(' '));
  for (const file of [...HEADERS, ...sources]) hash.update(readFileSync(file));
  const folder = join(FOLDER, hash.digest('hex').slice(0, 16));
  const binary = join(folder, basename(name));
  if (existsSync(binary)) return binary;
  mkdirSync(folder, { recursive: true });
  const own = `${binary}.${process.pid}`;
  await promisify(execFile)('cc', [...FLAGS, ...flags, '-o', own, ...sources]);
  renameSync(own, binary);
  return binary;
}
