import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { countMappings } from '../../../src/proc/parse/mappings.js';
import { readMappings } from '../../../src/proc/process.js';

const KIB = 1_024;
const MIB = 1_024 * KIB;

type Part = readonly [rights: string, bytes: number, file?: string];

/** One mapping behind the other, from this address on: what may be done with each, and its size. */
function maps(from: number, ...parts: readonly Part[]) {
  let at = from;
  return parts
    .map(([rights, bytes, file = '']) => {
      const [begin, end] = [at, at + bytes].map(address => address.toString(16));
      at += bytes;
      return `${begin}-${end} ${rights} 00000000 ${file === '' ? '00:00 0' : '08:01 4242'} ${file}\n`;
    })
    .join('');
}

const times = (count: number, ...parts: readonly Part[]): Part[] =>
  Array.from({ length: count }, () => parts).flat();
const GUARD: Part = ['---p', 4 * KIB];
const SMALL: readonly Part[] = [GUARD, ['rw-p', 64 * KIB]];
const USUAL: readonly Part[] = [GUARD, ['rw-p', 8 * MIB]];
const ARENA: readonly Part[] = [
  ['rw-p', 132 * KIB],
  ['---p', 64 * MIB - 132 * KIB],
];

const COUNTED: ReadonlyArray<readonly [what: string, text: string, all: number, spare: number]> = [
  [
    'a program and its libraries',
    maps(0x1000, ['r-xp', MIB, '/usr/bin/a'], ['rw-p', MIB, '/usr/bin/a']),
    2,
    0,
  ],
  ['two stacks of 8 MiB', maps(0x1000, ...times(2, ...USUAL)), 4, 4],
  ['a hundred stacks of 8 MiB, of which four are kept', maps(0x1000, ...times(100, ...USUAL)), 200, 8],
  [
    'a thousand stacks of 64 KiB, of which 602 are kept',
    maps(0x1000, ...times(1_000, ...SMALL)),
    2_000,
    1_204,
  ],
  ['a guard below a gap', maps(0x1000, GUARD) + maps(0x90000, ['rw-p', 64 * KIB]), 2, 0],
  ['a guard below a file', maps(0x1000, GUARD, ['rw-p', 64 * KIB, '/memfd:x (deleted)']), 2, 0],
  [
    'pages that were mapped one by one',
    maps(0x1000, ...times(500, ['rw-p', 4 * KIB], ['r--p', 4 * KIB])),
    1_000,
    0,
  ],
  ['three arenas', maps(64 * MIB, ...times(3, ...ARENA)), 6, 6],
  ['forty arenas, of which two CPUs have sixteen', maps(64 * MIB, ...times(40, ...ARENA)), 80, 32],
  ['a reservation of another size', maps(64 * MIB, ['rw-p', MIB], ['---p', 30 * MIB]), 2, 0],
];

for (const [what, text, all, spare] of COUNTED)
  test(`of mappings: ${what}`, () => {
    assert.deepEqual(countMappings(text, 2), { all, spare });
  });

const THREADS = `
import sys, threading
threading.stack_size(64 * 1024)
print('ready', flush=True)
for line in sys.stdin:
    gate = threading.Event()
    threads = [threading.Thread(target=gate.wait) for _ in range(int(line))]
    for one in threads: one.start()
    gate.set()
    for one in threads: one.join()
    print('ended', flush=True)
`;

test('what glibc keeps of a hundred threads that have ended is spare', async () => {
  const child = spawn('python3', ['-c', THREADS], { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    await lines.next();
    const before = readMappings(child.pid ?? 0);
    child.stdin.write('100\n');
    await lines.next();
    const after = readMappings(child.pid ?? 0);
    assert.ok(before && after);
    assert.ok(after.all - before.all >= 150, `${before.all} → ${after.all}`);
    // Python itself takes some memory for them.
    assert.ok(after.all - after.spare - (before.all - before.spare) <= 8, JSON.stringify({ before, after }));
  } finally {
    child.kill('SIGKILL');
    await once(child, 'close');
  }
});
