import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { EndedSockets } from '../../src/proc/ended-sockets.js';
import { startC } from '../servers/launch.js';

describe('sockets that end', () => {
  for (const end of ['destroy', 'resetAndDestroy'] as const) {
    it(`are counted one by one, whoever ends them: ${end}`, async () => {
      const server = await startC('poll');
      const ended = await EndedSockets.open('self', server.port, ['127.0.0.1']);
      const elsewhere = await EndedSockets.open('self', server.port, ['127.0.0.2']);
      try {
        assert.ok(ended && elsewhere);
        for (let number = 0; number < 200; number++) {
          const socket = connect(server.port, '127.0.0.1');
          await once(socket, 'connect');
          socket[end]();
          await once(socket, 'close');
        }
        while (ended.count < 200) await ended.settle();
        await ended.settle();
        assert.deepEqual([ended.count, ended.isWhole, elsewhere.count], [200, true, 0]);
      } finally {
        await ended?.close();
        await elsewhere?.close();
        await server.stop();
      }
    });
  }

  it('cannot be counted where there is no ss', async () => {
    assert.equal(await EndedSockets.open('self', 9, ['127.0.0.1'], ['/nowhere/setpriv']), undefined);
  });
});
