/**
 * Garbage collections in the counters that a HotSpot JVM keeps in a mapped file for jstat: the sum of
 * `sun.gc.collector.N.invocations`. A header of 32 bytes that names the first entry and their number, then entries of
 * a header, a name and a value, in the byte order that its fifth byte tells (PerfMemory, perfMemory.hpp and
 * perfData.hpp of OpenJDK, version 2). undefined: not such a file, or without these counters.
 */
export function parseCollections(file: Buffer): number | undefined {
  if (file.length < HEADER_BYTES || file.readUInt32BE(0) !== MAGIC || file[5] !== VERSION) return undefined;
  const isLittleEndian = file[4] === 1;
  const int = (at: number) => (isLittleEndian ? file.readInt32LE(at) : file.readInt32BE(at));
  const long = (at: number) => Number(isLittleEndian ? file.readBigInt64LE(at) : file.readBigInt64BE(at));
  let collections: number | undefined;
  let entry = int(24);
  for (let left = int(28); left > 0 && entry + ENTRY_BYTES <= file.length; left -= 1) {
    const bytes = int(entry);
    if (bytes < ENTRY_BYTES || entry + bytes > file.length) return undefined;
    const name = textAt(file, entry + int(entry + 4), entry + bytes);
    const isLong = int(entry + 8) === 0 && file[entry + 12] === LONG;
    if (isLong && INVOCATIONS.test(name)) collections = (collections ?? 0) + long(entry + int(entry + 16));
    entry += bytes;
  }
  return collections;
}

function textAt(file: Buffer, from: number, to: number): string {
  const end = file.indexOf(0, from);
  return file.toString('latin1', from, end < 0 ? to : Math.min(end, to));
}

const INVOCATIONS = /^sun\.gc\.collector\.\d+\.invocations$/;
const MAGIC = 0xcafec0c0;
const VERSION = 2;
const HEADER_BYTES = 32;
const ENTRY_BYTES = 20;
/** The type of a long in the descriptors of the JVM. */
const LONG = 'J'.charCodeAt(0);
