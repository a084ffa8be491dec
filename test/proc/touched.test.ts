import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { forgetTouched, readSmapsRollup, readTouched } from '../../src/proc/memory.js';

const MIB = 1_048_576;

/** It takes 8 MiB, and writes to the first N MiB of them when a line says N. */
const PROGRAM = `
import mmap, sys
room = mmap.mmap(-1, 8 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
room.write(b"x" * (8 << 20))
print("ready", flush=True)
for line in sys.stdin:
    room[0:int(line) << 20] = b"y" * (int(line) << 20)
    print("done", flush=True)
`;

test('memory that is used anew is told, although it was there before', async () => {
  const child = spawn('python3', ['-c', PROGRAM], { stdio: ['pipe', 'pipe', 'inherit'] });
  const pid = child.pid ?? 0;
  const said = createInterface(child.stdout);
  try {
    await once(said, 'line');
    const memory = readSmapsRollup(pid) ?? 0;
    assert.ok((readTouched(pid) ?? 0) > 8 * MIB, 'all of it was used at some time');
    forgetTouched(pid);
    const before = readTouched(pid) ?? Number.NaN;
    assert.ok(before < MIB, `${before}`);
    await tell(child, said, '3');
    const after = readTouched(pid) ?? Number.NaN;
    assert.ok(after - before >= 3 * MIB && after - before < 8 * MIB, `${before}, then ${after}`);
    assert.ok((readSmapsRollup(pid) ?? 0) - memory < 3 * MIB, 'what it has is as much as before');
  } finally {
    child.kill();
    await once(child, 'close');
  }
});

test('of a process that is gone, and of one of somebody else, nothing is told and nothing is lost', () => {
  for (const pid of [2 ** 22 + 1, 2]) {
    forgetTouched(pid);
    assert.ok((readTouched(pid) ?? 0) === 0);
  }
});

async function tell(child: ChildProcess, said: NodeJS.EventEmitter, line: string): Promise<void> {
  const done = once(said, 'line');
  child.stdin?.write(`${line}\n`);
  await done;
}
