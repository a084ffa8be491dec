// A unit test without a network: was the socket closed? It cannot see whether it was the right one, and the only one.
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { request } from './line-client.mjs';

class MockedSocket extends EventEmitter {
  destroyed = false;

  write() {
    setImmediate(() => this.emit('data', 'ERR no such key\n'));
  }

  destroy() {
    this.destroyed = true;
  }
}

test('the socket is closed after an error too', async () => {
  const socket = new MockedSocket();
  await assert.rejects(
    request(() => socket, 'GET key'),
    /no such key/,
  );
  assert.equal(socket.destroyed, true, 'close() was not called');
});
