import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import { parseServeOptions } from '../../src/options/serve.js';
import { ConnectionLog } from '../../src/serve/connection-log.js';
import { Owners } from '../../src/serve/owners.js';
import { openServer } from '../../src/serve/server.js';
import type { Asked, SocketsFound } from '../../src/serve/tables.js';

test('this server answers while owners are looked for, and asks for all that came meanwhile at once', async () => {
  const looks: Array<{ asked: Asked; tell: (told: SocketsFound) => void }> = [];
  const looked = new EventTarget();
  const owners = new Owners({
    look: asked =>
      new Promise(tell => {
        looks.push({ asked, tell });
        looked.dispatchEvent(new Event('look'));
      }),
  });
  const book = new ConnectionLog();
  const server = await openServer(parseServeOptions({}), 1, book, {
    autoPorts: [10_000, 32_000],
    mostConnections: 100,
    whose: (port, { remotePort = 0, destroyed }) => {
      const { pid } = owners.ask({ port, remotePort, isOver: () => destroyed });
      return {
        account: book.account('untold'),
        later: pid.then(owner => book.account(String(owner))),
        waitMs: 2 ** 30,
      };
    },
  });
  const [port = 0] = server.ports;
  const nextLook = async (count: number) => {
    while (looks.length < count) await once(looked, 'look');
    const look = looks[count - 1];
    assert.ok(look);
    return look;
  };
  const known = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    const first = answered(port, known);
    tellOwner(await nextLook(1), port, 11);
    assert.equal(await first, 200);
    const later = [connect(port, '127.0.0.1')];
    await once(later[0] as NonNullable<(typeof later)[0]>, 'connect');
    const second = await nextLook(2);
    for (let n = 0; n < 3; n++) {
      const socket = connect(port, '127.0.0.1');
      later.push(socket);
      await once(socket, 'connect');
    }
    assert.equal(await answered(port, known), 200);
    assert.equal(owners.waiting, 4);
    tellOwner(second, port, 12);
    const third = await nextLook(3);
    assert.equal(third.asked.localPorts.length, 3);
    tellOwner(third, port, 13);
    for (const socket of later) socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    await Promise.all(later.map(socket => once(socket, 'data')));
    assert.deepEqual(
      ['11', '12', '13'].map(name => book.account(name).requests),
      [2, 1, 3],
    );
    for (const socket of later) socket.destroy();
  } finally {
    known.destroy();
    server.close();
  }
});

function tellOwner(
  { asked, tell }: { asked: Asked; tell: (told: SocketsFound) => void },
  port: number,
  pid: number,
) {
  const rows = asked.localPorts.map((localPort, index) => ({
    localPort,
    remotePort: port,
    inode: index + 1,
  })) as unknown as SocketsFound['rows'];
  tell({ rows, others: [], owners: rows.map(({ inode }) => [inode, pid]) });
}

function answered(port: number, agent: Agent): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get({ port, host: '127.0.0.1', agent }, response => {
      response.resume().on('end', () => resolve(response.statusCode));
    }).on('error', reject);
  });
}
