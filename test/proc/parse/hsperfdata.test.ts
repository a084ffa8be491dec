import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJavaHeap } from '../../../src/proc/parse/hsperfdata.js';

type Counter = readonly [name: string, value: bigint | string];

/** The file as a JVM of either byte order writes it. */
function perfData(counters: readonly Counter[], isLittleEndian = true): Buffer {
  const entries = counters.map(([name, value]) => {
    const isText = typeof value === 'string';
    const nameBytes = Math.ceil((name.length + 1) / 8) * 8;
    const entry = Buffer.alloc(24 + nameBytes + 8);
    const int = (at: number, number: number) =>
      isLittleEndian ? entry.writeInt32LE(number, at) : entry.writeInt32BE(number, at);
    int(0, entry.length);
    int(4, 24);
    int(8, isText ? 8 : 0);
    entry.write(isText ? 'B' : 'J', 12, 'latin1');
    int(16, 24 + nameBytes);
    entry.write(name, 24, 'latin1');
    if (isText) entry.write(value, 24 + nameBytes, 'latin1');
    else if (isLittleEndian) entry.writeBigInt64LE(value, 24 + nameBytes);
    else entry.writeBigInt64BE(value, 24 + nameBytes);
    return entry;
  });
  const header = Buffer.alloc(32);
  header.writeUInt32BE(0xcafec0c0, 0);
  header[4] = isLittleEndian ? 1 : 0;
  header[5] = 2;
  for (const [at, number] of [
    [24, 32],
    [28, entries.length],
  ] as const) {
    if (isLittleEndian) header.writeInt32LE(number, at);
    else header.writeInt32BE(number, at);
  }
  return Buffer.concat([header, ...entries]);
}

const COUNTERS: readonly Counter[] = [
  ['java.cls.loadedClasses', 452n],
  ['sun.gc.generation.0.name', 'young'],
  ['sun.gc.generation.0.space.0.name', 'eden'],
  ['sun.gc.generation.0.space.0.used', 4_000_000n],
  ['sun.gc.generation.0.space.1.name', 's0'],
  ['sun.gc.generation.0.space.1.used', 300n],
  ['sun.gc.generation.1.space.0.name', 'space'],
  ['sun.gc.generation.1.space.0.used', 20_000n],
  ['sun.gc.generation.0.maxCapacity', 50_000n],
  ['sun.gc.generation.1.maxCapacity', 90_000n],
  ['sun.gc.generation.1.space.0.maxCapacity', 80_000n],
  ['sun.gc.metaspace.used', 7_000_000n],
  ['sun.gc.collector.0.invocations', 7n],
  ['sun.gc.collector.0.time', 99n],
  ['sun.gc.collector.1.invocations', 2n],
];

for (const isLittleEndian of [true, false]) {
  test(`collections, and all spaces but eden, are added up, little-endian: ${isLittleEndian}`, () => {
    const heap = parseJavaHeap(perfData(COUNTERS, isLittleEndian));
    assert.deepEqual(heap, { collections: 9, keptBytes: 20_300, mostBytes: [50_000, 90_000] });
  });
}

const UNKNOWN: ReadonlyArray<readonly [what: string, counters: readonly Counter[], collections: number]> = [
  [
    'a heap that was never collected',
    COUNTERS.map(([name, value]) => [name, name.endsWith('invocations') ? 0n : value]),
    0,
  ],
  ['a heap without an eden', COUNTERS.filter(([name]) => !name.includes('generation.0')), 9],
  ['a JVM that tells nothing of its heap', COUNTERS.filter(([name]) => !name.includes('generation')), 9],
];

for (const [what, counters, collections] of UNKNOWN) {
  test(`what ${what} keeps is not known`, () => {
    const heap = parseJavaHeap(perfData(counters));
    assert.deepEqual([heap?.collections, heap?.keptBytes], [collections, undefined]);
  });
}

const OTHERS: ReadonlyArray<readonly [what: string, file: Buffer]> = [
  ['an empty file', Buffer.alloc(0)],
  ['another file', Buffer.alloc(64, 1)],
  ['counters without those', perfData([['java.cls.loadedClasses', 452n]])],
  ['a counter that is no number', perfData([['sun.gc.collector.0.invocations', '7']])],
  ['entries without a length', Buffer.concat([perfData([]).fill(1, 28, 32), Buffer.alloc(64)])],
];

for (const [what, file] of OTHERS) {
  test(`${what} tells no collections`, () => assert.equal(parseJavaHeap(file), undefined));
}

test('a file that is cut off tells nothing', () => {
  const whole = perfData(COUNTERS);
  for (let length = 0; length < whole.length; length += 1) {
    assert.equal(parseJavaHeap(whole.subarray(0, length)), undefined, `${length}`);
  }
});
