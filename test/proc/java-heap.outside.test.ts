import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readJavaHeap } from '../../src/proc/java-heap.js';
import { readSmapsRollup } from '../../src/proc/memory.js';
import { launch } from '../servers/launch.js';

const run = promisify(execFile);
const SOURCE = fileURLToPath(new URL('../../../test/servers/java/NioServer.java', import.meta.url));

test('a JVM tells how often it has collected garbage, and what that left', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'churn-jvm-'));
  await run('javac', ['-d', folder, SOURCE]);
  const server = await launch(['java', '-cp', folder, 'NioServer']);
  try {
    const before = readJavaHeap(server.pid);
    assert.ok(before !== undefined);
    await run('jcmd', [String(server.pid), 'GC.run']);
    const after = readJavaHeap(server.pid);
    assert.ok((after?.collections ?? 0) > before.collections);
    const { stdout } = await run('jcmd', [String(server.pid), 'GC.heap_info']);
    const usedKib = Number(stdout.match(/used (\d+)K/)?.[1]);
    assert.ok((after?.keptBytes ?? 0) > 0 && (after?.keptBytes ?? 0) <= 1_024 * (usedKib + 1), stdout);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

for (const collector of ['G1', 'Serial', 'Parallel']) {
  test(`the heap of a JVM with ${collector} is found among its mappings`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'churn-jvm-'));
    await run('javac', ['-d', folder, SOURCE]);
    const server = await launch(['java', `-XX:+Use${collector}GC`, '-cp', folder, 'NioServer']);
    try {
      const residentBytes = readJavaHeap(server.pid)?.residentBytes ?? 0;
      assert.ok(
        residentBytes > 100_000 && residentBytes < (readSmapsRollup(server.pid) ?? 0),
        `${residentBytes}`,
      );
    } finally {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

test('a JVM that keeps it to itself, and a process that is none, tell nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'churn-jvm-'));
  await run('javac', ['-d', folder, SOURCE]);
  const server = await launch(['java', '-XX:-UsePerfData', '-cp', folder, 'NioServer']);
  try {
    assert.equal(readJavaHeap(server.pid), undefined);
    assert.equal(readJavaHeap(process.pid), undefined);
    assert.equal(readJavaHeap(2 ** 22 + 1), undefined);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
