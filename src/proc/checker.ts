import { readFileSync, statSync } from 'node:fs';
import { missingBecause, readProcTextOrNothing } from './file.js';
import { folderOf } from './folder.js';

/**
 * Which checker a process runs with, from its mappings: sanitizers are libraries (or a shadow of terabytes, where they
 * are linked in), valgrind loads its own beside the program.
 */
export function readChecker(pid: number): 'sanitizer' | 'valgrind' | undefined {
  const maps = readProcTextOrNothing(`${folderOf(pid)}/maps`) ?? '';
  if (/\/vgpreload_|\/valgrind\//.test(maps)) return 'valgrind';
  if (/\/lib(a|hwa|l|m|t)san\b/.test(maps)) return 'sanitizer';
  return sizeKib(pid) > SHADOW_KIB ? 'sanitizer' : undefined;
}

/** Which sanitizers a process was built with: from its libraries, and where they are linked in from its program. */
export function readSanitizers(pid: number): ReadonlyArray<keyof typeof LIBRARIES> {
  const maps = readProcTextOrNothing(`${folderOf(pid)}/maps`) ?? '';
  const names = Object.keys(LIBRARIES) as (keyof typeof LIBRARIES)[];
  const shared = names.filter(name => new RegExp(`/lib(clang_rt\\.)?${LIBRARIES[name]}\\b`).test(maps));
  if (shared.length > 0 || sizeKib(pid) < RESERVED_KIB) return shared;
  const program = readProgram(pid);
  return program === undefined ? [] : names.filter(name => program.includes(`__${LIBRARIES[name]}_init`));
}

/** Only asked of those that reserve terabytes: it may have a hundred megabytes. */
function readProgram(pid: number): Buffer | undefined {
  try {
    const path = `${folderOf(pid)}/exe`;
    return statSync(path).size > MAX_PROGRAM_BYTES ? undefined : readFileSync(path);
  } catch (error) {
    missingBecause(error);
    return undefined;
  }
}

function sizeKib(pid: number): number {
  const status = readProcTextOrNothing(`${folderOf(pid)}/status`) ?? '';
  return Number(/^VmSize:\s+(\d+)/m.exec(status)?.[1] ?? 0);
}

const LIBRARIES = {
  address: 'asan',
  hwaddress: 'hwasan',
  leak: 'lsan',
  thread: 'tsan',
  memory: 'msan',
  undefined: 'ubsan',
} as const;
/** AddressSanitizer reserves 16 TiB and more on 64 bits; nobody else comes near. */
const SHADOW_KIB = 8 * 2 ** 30;
/** LeakSanitizer alone reserves 4 TiB. */
const RESERVED_KIB = 2 * 2 ** 30;
const MAX_PROGRAM_BYTES = 512 * 1_024 * 1_024;
