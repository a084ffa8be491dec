/** The heap of a JVM, or of several. */
export interface JavaHeap {
  /** Garbage collections since it began. */
  readonly collections: number;
  /**
   * Bytes that the last collection left: what lives, and garbage that has grown old. undefined before the first one,
   * and where a collector has no eden that it empties (ZGC, Shenandoah).
   */
  readonly keptBytes: number | undefined;
  /** Private memory within the address range of the heap, live or garbage; undefined where the range was not found. */
  readonly residentBytes?: number | undefined;
}

/** What the counters tell. */
export interface JavaCounters extends Pick<JavaHeap, 'collections' | 'keptBytes'> {
  /** The most that each generation may have: of some collectors each may have all. */
  readonly mostBytes: readonly number[];
}

/**
 * Counters that a HotSpot JVM keeps in a mapped file for jstat: the sum of `sun.gc.collector.N.invocations`, and the sum
 * of `sun.gc.generation.N.space.N.used` without eden; both are written when a collection ends. A header of 32 bytes that
 * names the first entry and their number, then entries of a header, a name and a value, in the byte order that the fifth
 * byte tells (PerfMemory, perfMemory.hpp and perfData.hpp of OpenJDK, version 2). undefined: not such a file, or without
 * these counters.
 */
export function parseJavaHeap(file: Buffer): JavaCounters | undefined {
  let collections: number | undefined;
  const usedBytes = new Map<string, number>();
  const names = new Map<string, string>();
  const mostBytes: number[] = [];
  for (const [name, value] of countersOf(file)) {
    const [, space, what] = SPACE.exec(name) ?? [];
    if (INVOCATIONS.test(name) && typeof value === 'number') collections = (collections ?? 0) + value;
    if (MOST.test(name) && typeof value === 'number') mostBytes.push(value);
    if (space && what === 'used' && typeof value === 'number') usedBytes.set(space, value);
    if (space && what === 'name' && typeof value === 'string') names.set(space, value);
  }
  if (collections === undefined) return undefined;
  const kept = [...usedBytes].filter(([space]) => names.get(space) !== 'eden');
  const isTold = collections > 0 && kept.length < usedBytes.size;
  const keptBytes = isTold ? kept.reduce((sum, [, bytes]) => sum + bytes, 0) : undefined;
  return { collections, keptBytes, mostBytes };
}

/** Numbers and texts by their names. Nothing of a file that is cut off: a part of a sum would look like a fall. */
function countersOf(file: Buffer): ReadonlyMap<string, number | string> {
  const counters = new Map<string, number | string>();
  if (file.length < HEADER_BYTES || file.readUInt32BE(0) !== MAGIC || file[5] !== VERSION) return counters;
  const isLittleEndian = file[4] === 1;
  const int = (at: number) => (isLittleEndian ? file.readInt32LE(at) : file.readInt32BE(at));
  const long = (at: number) => Number(isLittleEndian ? file.readBigInt64LE(at) : file.readBigInt64BE(at));
  let entry = int(24);
  for (let left = int(28); left > 0; left -= 1) {
    const bytes = entry + ENTRY_BYTES <= file.length ? int(entry) : 0;
    const end = entry + bytes;
    if (bytes < ENTRY_BYTES || end > file.length) return new Map();
    const name = textAt(file, entry + int(entry + 4), end);
    const value = entry + int(entry + 16);
    const isVector = int(entry + 8) > 0;
    const type = file[entry + 12];
    if (isVector && type === BYTE) counters.set(name, textAt(file, value, end));
    if (!isVector && type === LONG) counters.set(name, long(value));
    entry = end;
  }
  return counters;
}

function textAt(file: Buffer, from: number, to: number): string {
  const end = file.indexOf(0, from);
  return file.toString('latin1', from, end < 0 ? to : Math.min(end, to));
}

const INVOCATIONS = /^sun\.gc\.collector\.\d+\.invocations$/;
const MOST = /^sun\.gc\.generation\.[01]\.maxCapacity$/;
/** A space of a generation, and what of it is told. */
const SPACE = /^(sun\.gc\.generation\.\d+\.space\.\d+)\.(name|used)$/;
const MAGIC = 0xcafec0c0;
const VERSION = 2;
const HEADER_BYTES = 32;
const ENTRY_BYTES = 20;
/** Types of counters, in the descriptors of the JVM. */
const LONG = 'J'.charCodeAt(0);
const BYTE = 'B'.charCodeAt(0);
