import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { AcceptQueue, readListenRows } from '../../src/proc/sockets.js';
import { runCycles } from '../../src/workload/cycles.js';
import { emptyTally } from '../../src/workload/tally.js';
import { startC } from '../servers/launch.js';
import { workload } from '../support/workload.js';

function queueOf(port: number): AcceptQueue {
  const row = readListenRows('self', 'tcp').find(({ localPort }) => localPort === port);
  assert.ok(row);
  return new AcceptQueue('self', 'tcp', row.inode);
}

/** Connections that this listener has dropped, as the kernel counts them (sk_drops; ListenDrops is the whole host's). */
async function droppedBy(port: number): Promise<number> {
  const { stdout } = await promisify(execFile)('ss', ['-lmntH', `sport = :${port}`]);
  const dropped = /skmem:\(.*,d(\d+)\)/.exec(stdout)?.[1];
  assert.ok(dropped, stdout);
  return Number(dropped);
}

describe('cycles', () => {
  it('makes each one, and remembers which connection had which port', async () => {
    const server = await startC('poll');
    const work = workload(server.port);
    const tally = emptyTally();
    try {
      await runCycles(work, 'warm-up', 3, tally);
      await runCycles(work, 'cycles', 20, tally);
    } finally {
      await server.stop();
    }
    assert.deepEqual([tally.completed, tally.failed, tally.requested], [23, 0, 23]);
    assert.deepEqual(work.ledger.origin(4), { phase: 'cycles', cycle: 1 });
    const remembered = Array.from({ length: 65_536 }, (_, port) => work.ledger.connectionOf(port)).filter(
      Boolean,
    );
    assert.ok(remembered.includes(23));
  });

  it('counts a refused connection as data', async () => {
    const free = createServer();
    await new Promise<void>(resolve => free.listen(0, '127.0.0.1', resolve));
    const address = free.address();
    await new Promise(resolve => free.close(resolve));
    assert.ok(address && typeof address === 'object');
    const tally = emptyTally();
    await runCycles(workload(address.port), 'cycles', 5, tally);
    assert.deepEqual(tally.failures, { refused: 5 });
    assert.equal(tally.firstFailure?.connection, 1);
  });

  it('does not overrun listen(fd, 5), however many clients there are', async () => {
    const server = await startC('iterative', ['--backlog', '5']);
    const queue = queueOf(server.port);
    const tally = emptyTally();
    try {
      await runCycles(
        workload(server.port, { concurrency: 16, queueLength: () => queue.length() }),
        'cycles',
        2_000,
        tally,
      );
      assert.equal(tally.completed, 2_000);
      assert.equal(await droppedBy(server.port), 0);
    } finally {
      queue.close();
      await server.stop();
    }
  });

  it('gives up on a queue that stands still after one deadline, not after one per cycle', async () => {
    const server = await startC('poll', ['--fault', 'never-accept', '--backlog', '1']);
    const queue = queueOf(server.port);
    const tally = emptyTally();
    try {
      const work = workload(server.port, { timeoutMs: 200, queueLength: () => queue.length() });
      await runCycles(work, 'cycles', 1_000, tally);
    } finally {
      queue.close();
      await server.stop();
    }
    assert.ok(tally.stopped === 'accept-stalled' || tally.stopped === 'deadlines', tally.stopped);
    assert.ok(tally.completed + tally.failed < 10);
  });

  it('stops when the server is gone', async () => {
    const tally = emptyTally();
    await runCycles(workload(1, { serverIsGone: () => true }), 'cycles', 1_000, tally);
    assert.equal(tally.stopped, 'server-gone');
    assert.equal(tally.failed, 1);
  });

  it('stops when it is interrupted, and leaves no socket behind', async () => {
    const server = await startC('poll');
    const controller = new AbortController();
    const tally = emptyTally();
    try {
      const made = runCycles(
        workload(server.port, { signal: controller.signal, concurrency: 8 }),
        'cycles',
        10_000_000,
        tally,
      );
      setImmediate(() => controller.abort());
      await made;
    } finally {
      await server.stop();
    }
    assert.equal(tally.stopped, 'interrupted');
    assert.ok(!process.getActiveResourcesInfo().includes('TCPSocketWrap'));
  });

  it('closes with FIN, not RST, although the server has greeted', async () => {
    const server = await startC('poll', ['--greet', 'hello there', '--fault', 'no-close-rst']);
    const queue = queueOf(server.port);
    const tally = emptyTally();
    try {
      await runCycles(workload(server.port, { queueLength: () => queue.length() }), 'cycles', 200, tally);
      assert.deepEqual([tally.completed, tally.failed], [200, 0]);
    } finally {
      queue.close();
      await server.stop();
    }
  });
});
