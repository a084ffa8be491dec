/** The lines of /proc/PID/maps, counted. */
export interface MappingCounts {
  readonly all: number;
  /** Of these, what glibc may keep for later, and no leak: stacks of threads that have ended, and arenas. */
  readonly spare: number;
}

/**
 * glibc keeps up to 40 MiB of stacks of ended threads, each a mapping with a guard below it, and makes up to eight arenas
 * for each CPU when threads meet in malloc(), each 64 MiB of which the upper part is reserved (nptl/allocatestack.c,
 * malloc/arena.c). After 1200 threads of 64 KiB 1204 mappings were left, after as many of 8 MiB there were 8; a clean
 * stunnel went from 138 to 1370 in its first 4000 connections, four at a time, and stayed there. Stacks of living threads
 * look the same, so what a leak of threads adds to these is found beyond that.
 */
export function countMappings(maps: string, cpus: number): MappingCounts {
  let stacksBytes = 0;
  let stacks = 0;
  for (const [, guardFrom, guardTo, from, to] of maps.matchAll(STACK)) {
    const bytes = Number(`0x${to}`) - Number(`0x${guardFrom}`);
    const isBelow = guardTo === from;
    if (!isBelow || stacksBytes + bytes > MOST_STACKS_BYTES) continue;
    stacksBytes += bytes;
    stacks += 1;
  }
  let arenas = 0;
  for (const [, from, middle, next, to] of maps.matchAll(ARENA))
    if (middle === next && Number(`0x${to}`) - Number(`0x${from}`) === ARENA_BYTES) arenas += 1;
  return { all: lines(maps), spare: 2 * (stacks + Math.min(arenas, ARENAS_PER_CPU * cpus)) };
}

function lines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** A guard, and what lies behind it; that may be the guard's of the next one, too, so it is looked at and not taken. */
const STACK =
  /^([0-9a-f]+)-([0-9a-f]+) ---p \S+ 00:00 0 *\n(?=([0-9a-f]+)-([0-9a-f]+) rw-p \S+ 00:00 0 *$)/gm;
const ARENA =
  /^([0-9a-f]+)-([0-9a-f]+) rw-p \S+ 00:00 0 *\n(?=([0-9a-f]+)-([0-9a-f]+) ---p \S+ 00:00 0 *$)/gm;
const MOST_STACKS_BYTES = 40 * 1_048_576;
const ARENA_BYTES = 64 * 1_048_576;
const ARENAS_PER_CPU = 8;
