import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { inspectorWords } from '../../src/started/program.js';

const CLUSTER = `import cluster from 'node:cluster';
import { fork } from 'node:child_process';
if (process.argv[2] === 'child' || cluster.isWorker) process.exit(7);
cluster.fork().on('exit', status => fork(process.argv[1], ['child']).on('exit', other => console.log(status, other)));
`;

test('a worker of a cluster and a child that was forked live with the words that a Node is started with', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'churn-words-'));
  try {
    writeFileSync(`${folder}/cluster.mjs`, CLUSTER);
    const words = await inspectorWords(['node', 'cluster.mjs'], {});
    assert.match(words.join(), /^--inspect-port=127\.0\.0\.1:\d{4,5}$/);
    const child = spawn(process.execPath, [...words, `${folder}/cluster.mjs`], { env: {} });
    const [said] = await once(child.stdout, 'data');
    assert.equal(String(said), '7 7\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

for (const [command, env] of [
  [['./server'], {}],
  [['npm', 'start'], {}],
  [['node', '--inspect', 'server.js'], {}],
  [['node', 'server.js'], { NODE_OPTIONS: '--inspect=0' }],
] as const)
  test(`${command.join(' ')} is started as it is${'NODE_OPTIONS' in env ? ', with an inspector asked for elsewhere' : ''}`, async () => {
    assert.deepEqual(await inspectorWords(command, env), []);
  });
