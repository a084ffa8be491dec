import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readCollections } from '../../src/proc/collections.js';
import { launch } from '../servers/launch.js';

const run = promisify(execFile);
const SOURCE = fileURLToPath(new URL('../../../test/servers/java/NioServer.java', import.meta.url));

test('a JVM tells how often it has collected garbage', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'churn-jvm-'));
  await run('javac', ['-d', folder, SOURCE]);
  const server = await launch(['java', '-cp', folder, 'NioServer']);
  try {
    const before = readCollections(server.pid);
    assert.ok(before !== undefined);
    await run('jcmd', [String(server.pid), 'GC.run']);
    assert.ok((readCollections(server.pid) ?? 0) > before);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

test('a JVM that keeps it to itself, and a process that is none, tell nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'churn-jvm-'));
  await run('javac', ['-d', folder, SOURCE]);
  const server = await launch(['java', '-XX:-UsePerfData', '-cp', folder, 'NioServer']);
  try {
    assert.equal(readCollections(server.pid), undefined);
    assert.equal(readCollections(process.pid), undefined);
    assert.equal(readCollections(2 ** 22 + 1), undefined);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
