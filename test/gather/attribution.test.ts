import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Attribution,
  countOtherFds,
  heldOutside,
  heldSockets,
  unaccepted,
} from '../../src/gather/attribution.js';
import type { SocketRow } from '../../src/proc/parse/socket-table.js';
import { parseSocketTable } from '../../src/proc/parse/socket-table.js';
import type { HeldSocket } from '../../src/verdict/evidence.js';
import {
  connectionOf,
  fd,
  portOf,
  row,
  SERVER_PORT,
  serverFds,
  serverProcess,
  snapshot,
} from '../support/evidence.js';

const INODE = 6_011;
const before = snapshot([serverProcess()]);
const now = snapshot([serverProcess({ fds: [...serverFds(), fd(7, 'socket', INODE)] })]);

/** The client's end of connection 11: it exists while somebody has it open, with an inode. */
const clientEnd = row({ localPort: portOf(11), remotePort: SERVER_PORT, state: 'ESTABLISHED', inode: 8_011 });

type Told = Pick<HeldSocket, 'role' | 'state' | 'connection' | 'peer'>;

const DATABASE = { host: '127.0.0.1', port: 5_432, isLocal: true };

const ATTRIBUTIONS: ReadonlyArray<readonly [what: string, rows: SocketRow[], told: Told]> = [
  ['our connection after our FIN', [row()], { role: 'connection', state: 'CLOSE_WAIT', connection: 11 }],
  [
    'our connection, still established',
    [row({ state: 'ESTABLISHED' })],
    { role: 'connection', state: 'ESTABLISHED', connection: 11 },
  ],
  [
    'our connection, half closed by the server',
    [row({ state: 'FIN_WAIT2' })],
    { role: 'connection', state: 'FIN_WAIT2', connection: 11 },
  ],
  [
    'our connection, whose client end is an orphan in FIN_WAIT2',
    [row(), { ...clientEnd, state: 'FIN_WAIT2', inode: 0 }],
    { role: 'connection', state: 'CLOSE_WAIT', connection: 11 },
  ],
  [
    'a stranger with our old port, whose client end lives',
    [row({ state: 'ESTABLISHED' }), clientEnd],
    { role: 'other-client', state: 'ESTABLISHED', connection: undefined },
  ],
  [
    'a client with a port that was never ours',
    [row({ remotePort: 39_999, state: 'ESTABLISHED' })],
    { role: 'other-client', state: 'ESTABLISHED', connection: undefined },
  ],
  [
    'a connection to a database',
    [row({ localPort: 51_000, remotePort: 5_432, state: 'ESTABLISHED' })],
    { role: 'upstream', state: 'ESTABLISHED', connection: undefined, peer: DATABASE },
  ],
  [
    'a connection to a database from one of our old ports',
    [row({ localPort: portOf(11), remotePort: 5_432, state: 'CLOSE_WAIT' })],
    { role: 'upstream', state: 'CLOSE_WAIT', connection: undefined, peer: DATABASE },
  ],
  [
    'another listening socket',
    [row({ localPort: 9_001, remotePort: 0, state: 'LISTEN' })],
    { role: 'other-socket', state: 'LISTEN', connection: undefined },
  ],
  ['a socket in another table', [], { role: 'other-socket', state: undefined, connection: undefined }],
];

for (const [what, rows, told] of ATTRIBUTIONS) {
  test(`${what} is of the role ${told.role}`, () => {
    const client = told.role === 'connection' ? { client: `127.0.0.1:${portOf(11)}` } : {};
    assert.deepEqual(heldSockets(before, now, attribution(rows)), [
      { ...told, ...client, inode: INODE, descriptors: [{ pid: 4_242, number: 7 }] },
    ]);
  });
}

test('a connection to a database stands in a table that was not read for the port of the server', () => {
  const toDatabase = row({ localPort: 51_000, remotePort: 5_432, state: 'ESTABLISHED' });
  const [socket] = heldSockets(
    before,
    now,
    attribution([], () => toDatabase),
  );
  assert.deepEqual([socket?.role, socket?.peer], ['upstream', DATABASE]);
});

test('a socket in no table at all is dead', () => {
  const [socket] = heldSockets(
    before,
    now,
    attribution([], () => undefined),
  );
  assert.equal(socket?.role, 'dead-socket');
});

test('a socket that keepalive probes or the next owner of its port took out of the tables is the connection it was', () => {
  const seenAs = (inode: number) => (inode === INODE ? 11 : undefined);
  const [reset] = heldSockets(before, now, { ...attribution([], () => undefined), seenAs });
  assert.deepEqual([reset?.role, reset?.state, reset?.connection], ['connection', undefined, 11]);
  // The port has had another connection since, while this one kept its row.
  const reused = row({ remotePort: portOf(900) });
  const [kept] = heldSockets(before, now, { ...attribution([reused]), seenAs });
  assert.deepEqual([kept?.role, kept?.connection], ['connection', 11]);
});

test('a mapped IPv4 address in tcp6 and the client end in tcp are one connection', () => {
  const heading = '  sl  local_address\n';
  const tcp6 = `${heading}   0: 0000000000000000FFFF00000100007F:2328 0000000000000000FFFF00000100007F:9C4B 01 00000000:00000000 00:00000000 00000000  0 0 6011 1\n`;
  const tcp = (inode: number) =>
    `${heading}   0: 0100007F:9C4B 0100007F:2328 01 00000000:00000000 00:00000000 00000000  0 0 ${inode} 1\n`;
  const role = (inode: number) =>
    heldSockets(before, now, attribution([...parseSocketTable(tcp6), ...parseSocketTable(tcp(inode))]))[0]
      ?.role;
  assert.equal(role(8_011), 'other-client');
  assert.equal(role(0), 'connection');
});

test('a client on another machine that has the number of one of our ports is a stranger', () => {
  const remote = row({ remoteAddress: '10.0.0.2', localAddress: '10.0.0.1', state: 'ESTABLISHED' });
  assert.equal(heldSockets(before, now, attribution([remote]))[0]?.role, 'other-client');
});

test('a living connection to the same port of another machine does not hide ours', () => {
  const elsewhere = { ...clientEnd, localAddress: '10.0.0.1', remoteAddress: '10.0.0.2' };
  assert.equal(heldSockets(before, now, attribution([row(), elsewhere]))[0]?.role, 'connection');
});

test('a living client at the same port of another address of ours does not hide the one that is over', () => {
  const sources = ['127.0.0.2', '127.0.0.3'];
  const ofSources = (port: number, address: string) =>
    sources.includes(address) && port === portOf(11) ? 11 + sources.indexOf(address) : undefined;
  const over = row({ remoteAddress: '127.0.0.2' });
  const lives = { ...clientEnd, localAddress: '127.0.0.3', remoteAddress: '127.0.0.1' };
  const asked = { ...attribution([over, lives]), connectionOf: ofSources };
  const [kept] = heldSockets(before, now, asked);
  assert.deepEqual(
    [kept?.role, kept?.connection, kept?.client],
    ['connection', 11, `127.0.0.2:${portOf(11)}`],
  );
  const [alive] = heldSockets(before, now, {
    ...attribution([row({ remoteAddress: '127.0.0.3' }), lives]),
    connectionOf: ofSources,
  });
  assert.equal(alive?.role, 'other-client');
});

test('a socket that was there before the run is not new, whoever in the tree has it now', () => {
  const child = serverProcess({ pid: 4_243, fds: [fd(9, 'socket', 5_000)] });
  assert.deepEqual(heldSockets(before, snapshot([serverProcess(), child]), attribution([])), []);
});

test('a socket that was duplicated and inherited is one object with all its descriptors', () => {
  const parent = serverProcess({ fds: [...serverFds(), fd(7, 'socket', INODE), fd(8, 'socket', INODE)] });
  const child = serverProcess({ pid: 4_243, fds: [fd(7, 'socket', INODE)] });
  const held = heldSockets(before, snapshot([parent, child]), attribution([row()]));
  assert.equal(held.length, 1);
  assert.deepEqual(held[0]?.descriptors, [
    { pid: 4_242, number: 7 },
    { pid: 4_242, number: 8 },
    { pid: 4_243, number: 7 },
  ]);
});

test('the tables are not asked about anything where no socket is new', () => {
  const asked = attribution([], () => assert.fail('asked'));
  assert.deepEqual(heldSockets(before, before, asked), []);
});

const OUTSIDE: ReadonlyArray<readonly [what: string, rows: SocketRow[], found: number]> = [
  ['our connection that the tree has', [row()], 0],
  ['our connection that somebody else has', [row({ inode: 6_500 })], 1],
  ['our connection in the accept queue', [row({ inode: 0, state: 'ESTABLISHED' })], 0],
  ['our own end of it', [{ ...clientEnd }], 0],
  ['a stranger with our old port', [row({ inode: 6_500 }), clientEnd], 0],
  ['a client with a port that was never ours', [row({ inode: 6_500, remotePort: 39_999 })], 0],
];

for (const [what, rows, found] of OUTSIDE) {
  test(`${what} is ${found ? '' : 'not '}held outside of the tree`, () => {
    assert.equal(heldOutside(now, attribution(rows)).length, found);
  });
}

const QUEUED: ReadonlyArray<readonly [what: string, waiting: SocketRow, waits: boolean]> = [
  ['a connection of ours', row({ inode: 0, state: 'ESTABLISHED' }), true],
  ['a connection of ours after our FIN', row({ inode: 0, state: 'CLOSE_WAIT' }), true],
  ['one that was accepted', row({ state: 'ESTABLISHED' }), false],
  ['one in FIN_WAIT2, an orphan of the server', row({ inode: 0, state: 'FIN_WAIT2' }), false],
  ['one in LAST_ACK', row({ inode: 0, state: 'LAST_ACK' }), false],
  ['one of somebody else', row({ inode: 0, state: 'ESTABLISHED', remotePort: 39_999 }), false],
  ['our own end of one', { ...clientEnd, inode: 0 }, false],
];

for (const [what, waiting, waits] of QUEUED) {
  test(`${what} ${waits ? 'waits' : 'does not wait'} in the accept queue`, () => {
    assert.equal(unaccepted(attribution([waiting])).length, waits ? 1 : 0);
  });
}

test('a Unix socket has no port, so no connection of it is attributed', () => {
  const unix = { ...attribution([]), serverPort: undefined };
  assert.equal(heldSockets(before, now, unix)[0]?.role, 'other-socket');
  assert.deepEqual(heldOutside(now, unix), []);
  assert.deepEqual(unaccepted(unix), []);
});

test('other descriptors are counted by kind, those of new processes are not', () => {
  const grown = serverProcess({ fds: [...serverFds(), fd(7, 'file'), fd(8, 'file'), fd(9, 'pipe', 901)] });
  const child = serverProcess({ pid: 4_243, fds: [fd(0, 'file'), fd(1, 'pipe', 960)] });
  const counts = Object.fromEntries(countOtherFds(before, snapshot([grown, child])));
  assert.deepEqual(counts, { device: 1, eventpoll: 1, file: 2, pipe: 2 });
});

function attribution(
  rows: readonly SocketRow[],
  elsewhere: Attribution['elsewhere'] = () => 'not-tcp',
): Attribution {
  return { serverPort: SERVER_PORT, rows, elsewhere, connectionOf };
}
