import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { readRssBytes } from '../../src/proc/usage.js';

test('reading memory again and again keeps one descriptor for each process, not one for each reading', async () => {
  await readRssBytes([process.pid]);
  const before = readdirSync('/proc/self/fd').length;
  for (let turn = 0; turn < 50; turn++) {
    const bytes = (await readRssBytes([process.pid])).get(process.pid);
    assert.ok(bytes !== undefined && bytes > 1_000_000);
  }
  assert.equal(readdirSync('/proc/self/fd').length, before);
});

test('memory of a process that is gone is left out', async () => {
  assert.deepEqual(await readRssBytes([4_194_304]), new Map());
});

test('without getconf memory is read from the status, and is the same to a few pages', async () => {
  const [[, plain] = [0, 0]] = await readRssBytes([process.pid], false);
  const [[, known] = [0, 0]] = await readRssBytes([process.pid]);
  assert.ok(Math.abs(plain - known) < known / 10, `${plain} ${known}`);
});
