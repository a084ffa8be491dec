import { readFileSync } from 'node:fs';
import { missingBecause, readProcTextOrNothing } from './file.js';
import { type JavaHeap, parseJavaHeap } from './parse/hsperfdata.js';

/**
 * What a JVM tells of its heap; undefined where it does not: another runtime, another JVM than HotSpot, or
 * -XX:-UsePerfData. The file is found among the mappings and reached through the root of the process, which may be
 * that of a container.
 */
export function readJavaHeap(pid: number): JavaHeap | undefined {
  const path = readProcTextOrNothing(`/proc/${pid}/maps`)?.match(/ (\/\S*\/hsperfdata_[^/\s]+\/\d+)$/m)?.[1];
  if (path === undefined) return undefined;
  try {
    return parseJavaHeap(readFileSync(`/proc/${pid}/root${path}`));
  } catch (error) {
    missingBecause(error);
    return undefined;
  }
}
