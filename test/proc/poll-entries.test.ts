import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { mostPollEntries } from '../../src/proc/threads.js';
import { startC } from '../servers/launch.js';

/** A client that connects, closes, and is closed by the server. */
async function visit(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.end();
  socket.resume();
  await once(socket, 'close');
}

/** How many entries a server gives to poll() once it sleeps there again. */
async function entriesAfter(visits: number, ...args: readonly string[]): Promise<number> {
  const server = await startC('poll', args);
  try {
    for (let made = 0; made < visits; made++) await visit(server.port);
    for (;;) {
      const entries = mostPollEntries(server.pid);
      if (entries !== undefined) return entries;
      await nextTurn();
    }
  } finally {
    await server.stop();
  }
}

it('a server that takes entries out of its array of pollfd gives poll() as many as before', async () => {
  assert.equal(await entriesAfter(20), await entriesAfter(0));
});

it('one that marks them only gives poll() an entry for each client that it ever had', async () => {
  assert.equal(await entriesAfter(20, '--fault', 'stale-slot'), (await entriesAfter(0)) + 20);
});
