import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { test } from 'node:test';
import { runCycles } from '../../src/workload/cycles.js';
import { Ledger } from '../../src/workload/ledger.js';
import { Sources, sourcePorts } from '../../src/workload/sources.js';
import { emptyTally } from '../../src/workload/tally.js';
import { workload } from '../support/workload.js';

const TWO = ['127.0.0.2', '127.0.0.3'];

test('addresses take turns, and each has one port after the other, from the first again after the last', () => {
  const sources = new Sources(TWO, [40_000, 40_001]);
  const made = Array.from({ length: 6 }, () => sources.next());
  assert.deepEqual(
    made.map(({ localAddress, localPort }) => `${localAddress}:${localPort}`),
    [
      '127.0.0.2:40000',
      '127.0.0.3:40000',
      '127.0.0.2:40001',
      '127.0.0.3:40001',
      '127.0.0.2:40000',
      '127.0.0.3:40000',
    ],
  );
});

test('one that shares an address with others begins elsewhere', () => {
  assert.equal(new Sources(['127.0.0.2'], [40_000, 40_099], 0.25).next().localPort, 40_025);
});

test('a port that somebody else has is passed over, and as many as there are ports', () => {
  const sources = new Sources(['127.0.0.2'], [40_000, 40_002]);
  const codes = ['EADDRINUSE', 'EADDRNOTAVAIL', 'ECONNREFUSED', 'EADDRINUSE', 'EADDRINUSE', 'EADDRINUSE'];
  assert.deepEqual(
    codes.map(code => sources.isTaken(code)),
    [true, true, false, true, true, false],
  );
});

test('cycles come from the addresses that were named, past a port that is taken', async () => {
  const clients: string[] = [];
  const server = createServer(socket => {
    clients.push(`${socket.remoteAddress}:${socket.remotePort}`);
    socket.resume();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const [first, last] = [20_000, 20_009];
  // Somebody else's connection to the very server.
  const other = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2', localPort: first + 1 });
  await once(other, 'connect');
  const ledger = new Ledger(TWO);
  const tally = emptyTally();
  await runCycles(workload(port, { ledger, sources: new Sources(TWO, [first, last]) }), 'cycles', 6, tally);
  other.destroy();
  server.close();
  await once(server, 'close');
  assert.deepEqual([tally.completed, tally.failed], [6, 0]);
  const [ofOther, ...ours] = clients;
  assert.equal(ofOther, '127.0.0.2:20001');
  assert.deepEqual(
    ours.toSorted(),
    [
      '127.0.0.2:20000',
      '127.0.0.2:20002',
      '127.0.0.2:20003',
      '127.0.0.3:20000',
      '127.0.0.3:20001',
      '127.0.0.3:20002',
    ].toSorted(),
  );
  assert.equal(ledger.connectionOf(20_000, '127.0.0.2'), 1);
  assert.equal(ledger.connectionOf(20_000, '127.0.0.3'), 2);
  assert.equal(ledger.connectionOf(20_000, '127.0.0.1'), undefined);
});

test('ports of a named address lie below those that the kernel picks, where there are enough of them', () => {
  assert.deepEqual(sourcePorts([32_768, 60_999]), [10_000, 32_767]);
  assert.deepEqual(sourcePorts([20_000, 60_999]), [10_000, 19_999]);
  assert.deepEqual(sourcePorts([1_024, 65_535]), [1_024, 65_535]);
});
