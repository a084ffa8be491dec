import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { readStat } from '../../src/proc/process.js';
import { killAll } from '../../src/started/end.js';
import { Family } from '../../src/started/family.js';

test('many children of a session are killed at once, and not one by one', async () => {
  const script = 'for i in $(seq 40); do sleep 987 & done; echo ready; wait';
  const child = spawn('sh', ['-c', script], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  const gone = once(child, 'exit');
  await once(child.stdout, 'data');
  const stat = readStat(child.pid ?? 0);
  assert.ok(stat);
  const family = new Family('no-mark', stat.startTicks);
  family.adopt(stat);
  assert.equal(family.look().length, 41);
  const killed: number[] = [];
  const survivors = await killAll(family, (pid, signal) => {
    killed.push(pid);
    process.kill(pid, signal);
  });
  await gone;
  assert.deepEqual(survivors, []);
  assert.deepEqual([...new Set(killed)], [-stat.pid]);
});
