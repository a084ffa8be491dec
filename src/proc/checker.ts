import { readProcTextOrNothing } from './file.js';

/**
 * Which checker a process runs with, from its mappings: sanitizers are libraries (or a shadow of terabytes, where they
 * are linked in), valgrind loads its own beside the program.
 */
export function readChecker(pid: number): 'sanitizer' | 'valgrind' | undefined {
  const maps = readProcTextOrNothing(`/proc/${pid}/maps`) ?? '';
  if (/\/vgpreload_|\/valgrind\//.test(maps)) return 'valgrind';
  if (/\/lib(a|hwa|l|m|t)san\b/.test(maps)) return 'sanitizer';
  const kib = Number(/^VmSize:\s+(\d+)/m.exec(readProcTextOrNothing(`/proc/${pid}/status`) ?? '')?.[1] ?? 0);
  return kib > SHADOW_KIB ? 'sanitizer' : undefined;
}

/** AddressSanitizer reserves 16 TiB and more on 64 bits; nobody else comes near. */
const SHADOW_KIB = 8 * 2 ** 30;
