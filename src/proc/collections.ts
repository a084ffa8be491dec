import { readFileSync } from 'node:fs';
import { missingBecause, readProcTextOrNothing } from './file.js';
import { parseCollections } from './parse/hsperfdata.js';

/**
 * Garbage collections that a JVM has made since it began; undefined where it does not tell: another runtime, another
 * JVM than HotSpot, or -XX:-UsePerfData. The file is found among the mappings and reached through the root of the
 * process, which may be that of a container.
 */
export function readCollections(pid: number): number | undefined {
  const path = readProcTextOrNothing(`/proc/${pid}/maps`)?.match(/ (\/\S*\/hsperfdata_[^/\s]+\/\d+)$/m)?.[1];
  if (path === undefined) return undefined;
  try {
    return parseCollections(readFileSync(`/proc/${pid}/root${path}`));
  } catch (error) {
    missingBecause(error);
    return undefined;
  }
}
