import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Order } from '../../src/gather/cycle-worker.js';
import { CycleWorkers, type Supervision } from '../../src/gather/cycle-workers.js';
import { type Options, parseOptions } from '../../src/options/run.js';
import type { ClientName } from '../../src/workload/client-names.js';
import { Histograms } from '../../src/workload/histogram.js';
import { Ledger } from '../../src/workload/ledger.js';
import { Pacer } from '../../src/workload/pacer.js';
import { emptyTally, type Tally } from '../../src/workload/tally.js';

/** A server of this process, and who has come to it. */
async function listening(onConnection: (server: Server) => void = () => undefined) {
  const clients: string[] = [];
  const server = createServer(socket => {
    clients.push(`${socket.remoteAddress}:${socket.remotePort}`);
    socket.on('error', () => undefined).resume();
    onConnection(server);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, clients, port: (server.address() as AddressInfo).port };
}

/** The kernel has made connections that the server has not been told of yet. */
async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await sleep(5);
}

function startWorkers(port: number, raw: object, different: Partial<Options> = {}) {
  const options = { ...parseOptions({ port, ...raw }), ...different };
  const ledger = new Ledger(options.sources);
  const endpoint = { transport: 'tcp', host: '127.0.0.1', port } as const;
  const target = { endpoint, network: 'self', listeners: [], roots: [] } as const;
  const workers = new CycleWorkers(target, options, 7, { ledger, pacer: new Pacer() });
  return { ledger, workers };
}

const order = (count: number, different: Partial<Order> = {}): Order => ({
  ...{ phase: 'cycles', count, forMs: undefined, isTimed: false },
  ...different,
});

async function make(
  port: number,
  raw: object,
  what: Order,
  different: Partial<Supervision> = {},
  times?: Histograms,
): Promise<{ tally: Tally; ledger: Ledger }> {
  const { ledger, workers } = startWorkers(port, raw);
  const tally = emptyTally();
  const supervision = {
    isLate: () => false,
    serverIsGone: () => false,
    signal: new AbortController().signal,
  };
  try {
    ledger.enter(what.phase);
    await workers.make(what, { ...supervision, ...different }, tally, times);
    return { tally, ledger };
  } finally {
    await workers.close();
  }
}

test('the cycles of three workers are as many as were asked for, and are numbered without a gap', async () => {
  const { server, clients, port } = await listening();
  const { tally, ledger } = await make(port, { workers: 3 }, order(200));
  await until(() => clients.length === 200);
  server.close();
  assert.deepEqual([tally.requested, tally.completed, tally.failed, ledger.opened], [200, 200, 0, 200]);
  const numbers = clients.map(client => ledger.connectionOf(Number(client.split(':')[1])));
  assert.equal(new Set(clients).size, 200);
  assert.deepEqual(
    numbers.sort((a = 0, b = 0) => a - b),
    Array.from({ length: 200 }, (_, index) => index + 1),
  );
});

test('each worker has its own address, and the same port of two of them is two connections', async () => {
  const { server, clients, port } = await listening();
  const { ledger } = await make(port, { workers: 2, source: '127.0.0.2-127.0.0.3' }, order(100));
  await until(() => clients.length === 100);
  server.close();
  const from = (address: string) => clients.filter(client => client.startsWith(`${address}:`));
  assert.deepEqual([from('127.0.0.2').length, from('127.0.0.3').length], [50, 50]);
  const numbers = clients.map(client => {
    const [address = '', clientPort = ''] = client.split(':');
    return ledger.connectionOf(Number(clientPort), address);
  });
  assert.equal(new Set(numbers).size, 100);
  assert.ok(numbers.every(number => number !== undefined));
  assert.equal(ledger.connectionOf(Number(clients[0]?.split(':')[1]), '127.0.0.1'), undefined);
});

test('the times of all workers are in one histogram', async () => {
  const { server, port } = await listening();
  const times = new Histograms();
  await make(port, { workers: 2, latency: true }, order(100), {}, times);
  server.close();
  const { connect } = times.latency('begun');
  assert.equal(connect?.count, 100);
  assert.ok(connect && connect.maxMs > 0 && connect.p50Ms <= connect.maxMs);
});

test('a rate is that of all workers together', async () => {
  const { server, port } = await listening();
  const forMs = 1_000;
  const { tally } = await make(
    port,
    { workers: 4, rate: '100/s' },
    order(1_000_000, { forMs, isTimed: true }),
  );
  server.close();
  assert.ok(tally.completed <= 100 + 4, `${tally.completed}`);
  // Each begins one at once.
  assert.ok(tally.completed >= 4, `${tally.completed}`);
  assert.equal(tally.requested, tally.completed);
});

const ENDED: ReadonlyArray<
  readonly [what: string, stopped: Tally['stopped'], ends: (abort: () => void) => object]
> = [
  ['an interrupt ends the cycles of all workers', 'interrupted', abort => ({ at: 50, act: abort })],
  ['a server that is gone ends them', 'server-gone', () => ({ at: 50, closes: true })],
];

for (const [what, stopped, ends] of ENDED) {
  test(what, async () => {
    const controller = new AbortController();
    const end = ends(() => controller.abort()) as { at: number; act?: () => void; closes?: boolean };
    let [seen, isGone] = [0, false];
    const { server, port } = await listening(of => {
      seen += 1;
      if (seen < end.at) return;
      end.act?.();
      if (end.closes) of.close();
      isGone = end.closes === true;
    });
    const supervision = { signal: controller.signal, serverIsGone: () => isGone };
    const { tally, ledger } = await make(port, { workers: 2 }, order(100_000), supervision);
    server.close();
    assert.equal(tally.stopped, stopped);
    assert.ok(ledger.opened < 100_000, `${ledger.opened}`);
    assert.ok(tally.completed + tally.failed <= ledger.opened);
  });
}

test('when it is late no worker begins another cycle, and what was not begun was not asked for', async () => {
  const { server, port } = await listening();
  let looks = 0;
  const isLate = () => ++looks > 1;
  const { tally, ledger } = await make(port, { workers: 2 }, order(10_000_000), { isLate });
  server.close();
  assert.equal(tally.stopped, undefined);
  assert.deepEqual([tally.requested, tally.completed], [ledger.opened, ledger.opened]);
});

test('workers that die leave cycles that were not made, and it is told that this was ours', async () => {
  const { server, port } = await listening();
  // There is no such client, which no thread survives.
  const { workers } = startWorkers(port, { workers: 2 }, { clients: ['no-such-client' as ClientName] });
  const tally = emptyTally();
  const supervision = {
    isLate: () => false,
    serverIsGone: () => false,
    signal: new AbortController().signal,
  };
  await workers.make(order(1_000), supervision, tally, undefined);
  await workers.close();
  server.close();
  assert.equal(tally.stopped, 'own-worker');
  assert.equal(tally.completed, 0);
});
