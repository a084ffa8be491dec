import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCollections } from '../../../src/proc/parse/hsperfdata.js';

type Counter = readonly [name: string, value: bigint, type?: string];

/** The file as a JVM of either byte order writes it. */
function perfData(counters: readonly Counter[], isLittleEndian = true): Buffer {
  const entries = counters.map(([name, value, type = 'J']) => {
    const nameBytes = Math.ceil((name.length + 1) / 8) * 8;
    const entry = Buffer.alloc(24 + nameBytes + 8);
    const int = (at: number, number: number) =>
      isLittleEndian ? entry.writeInt32LE(number, at) : entry.writeInt32BE(number, at);
    int(0, entry.length);
    int(4, 24);
    int(8, 0);
    entry.write(type, 12, 'latin1');
    int(16, 24 + nameBytes);
    entry.write(name, 24, 'latin1');
    if (isLittleEndian) entry.writeBigInt64LE(value, 24 + nameBytes);
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
  ['sun.gc.collector.0.invocations', 7n],
  ['sun.gc.collector.0.time', 99n],
  ['sun.gc.collector.1.invocations', 2n],
];

for (const isLittleEndian of [true, false]) {
  test(`collections of all collectors are added up, little-endian: ${isLittleEndian}`, () => {
    assert.equal(parseCollections(perfData(COUNTERS, isLittleEndian)), 9);
  });
}

const OTHERS: ReadonlyArray<readonly [what: string, file: Buffer]> = [
  ['an empty file', Buffer.alloc(0)],
  ['another file', Buffer.alloc(64, 1)],
  ['counters without those', perfData([['java.cls.loadedClasses', 452n]])],
  ['a counter that is no number', perfData([['sun.gc.collector.0.invocations', 7n, 'B']])],
  ['entries without a length', Buffer.concat([perfData([]).fill(1, 28, 32), Buffer.alloc(64)])],
];

for (const [what, file] of OTHERS) {
  test(`${what} tells no collections`, () => assert.equal(parseCollections(file), undefined));
}

test('a file that is cut off tells what is there, and never more', () => {
  const whole = perfData(COUNTERS);
  for (let length = 0; length <= whole.length; length += 1) {
    const told = parseCollections(whole.subarray(0, length));
    assert.ok(
      told === undefined || told === 7 || (told === 9 && length === whole.length),
      `${length}: ${told}`,
    );
  }
});
