import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SeenSockets } from '../../src/gather/seen-sockets.js';
import { forgotten } from '../support/evidence.js';

const [socket] = forgotten([11]);
assert.ok(socket);

test('a forgotten socket stays the connection as which it was seen first', () => {
  const seen = new SeenSockets(60_000, 0);
  seen.note([socket], 100);
  seen.note([{ ...socket, connection: 900 }], 200);
  seen.note([{ ...socket, role: 'dead-socket', connection: undefined }], 300);
  assert.equal(seen.connectionOf(socket.inode), 11);
  assert.equal(seen.connectionOf(1), undefined);
});

test('what is not known to be ours is not noted', () => {
  const seen = new SeenSockets(60_000, 0);
  seen.note([{ ...socket, role: 'other-client', connection: undefined }], 100);
  assert.equal(seen.connectionOf(socket.inode), undefined);
});

test('a run looks four times while a port is safe, and a short run never', () => {
  const seen = new SeenSockets(60_000, 1_000);
  assert.equal(seen.isDue(15_999), false);
  assert.equal(seen.isDue(16_000), true);
  seen.note([], 16_500);
  assert.equal(seen.isDue(31_499), false);
  assert.equal(seen.isDue(31_500), true);
});
