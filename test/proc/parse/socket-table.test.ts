import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  hexPort,
  parseHexAddress,
  parseSocketRow,
  parseSocketTable,
} from '../../../src/proc/parse/socket-table.js';

const HEADING =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     ';
const LISTEN =
  '   0: 0100007F:2328 00000000:0000 0A 00000000:00000003 00:00000000 00000000     0        0 5000 1 00000000ecf55c7e 100 0 0 10 0                  ';
const CLOSE_WAIT =
  '   1: 0100007F:2328 0100007F:9C4B 08 00000000:00000001 00:00000000 00000000  1000        0 6011 1 0000000082363d91 20 4 30 10 -1                 ';
const TIME_WAIT =
  '   2: 0100007F:2328 0100007F:9C4C 06 00000000:00000000 03:00001770 00000000     0        0 0 3 0000000082363d92                                   ';
const FIN_WAIT2 =
  '   3: 0100007F:9C4B 0100007F:2328 05 00000000:00000000 03:0000176F 00000000     0        0 0 3 0000000082363d93                                   ';
const FAR_DOWN =
  '41234: 0100007F:2328 0200000A:9C4D 01 00000000:00000000 00:00000000 00000000  1000        0 6012 1 0000000082363d94 20 4 30 10 -1                 ';
const OTHER_PORT =
  '   5: 0100007F:1F90 0100007F:9C4E 01 00000000:00000000 00:00000000 00000000  1000        0 7000 1 0000000082363d95 20 4 30 10 -1                 ';

const TABLE = [HEADING, LISTEN, CLOSE_WAIT, TIME_WAIT, FIN_WAIT2, FAR_DOWN, OTHER_PORT, ''].join('\n');

const listen = {
  localAddress: '127.0.0.1',
  localPort: 9_000,
  remoteAddress: '0.0.0.0',
  remotePort: 0,
  state: 'LISTEN',
  rxQueue: 3,
  timer: 'none',
  inode: 5_000,
};
const closeWait = {
  ...listen,
  remoteAddress: '127.0.0.1',
  remotePort: 40_011,
  state: 'CLOSE_WAIT',
  rxQueue: 1,
  inode: 6_011,
};
const finWait2 = {
  ...closeWait,
  localPort: 40_011,
  remotePort: 9_000,
  state: 'FIN_WAIT2',
  timer: 'time-wait',
  rxQueue: 0,
  inode: 0,
};
const farDown = {
  ...closeWait,
  remoteAddress: '10.0.0.2',
  remotePort: 40_013,
  state: 'ESTABLISHED',
  rxQueue: 0,
  inode: 6_012,
};
const otherPort = {
  ...closeWait,
  localPort: 8_080,
  remotePort: 40_014,
  state: 'ESTABLISHED',
  rxQueue: 0,
  inode: 7_000,
};

test('every row but those in TIME_WAIT is read, at any number of rows', () => {
  assert.deepEqual(parseSocketTable(TABLE), [listen, closeWait, finWait2, farDown, otherPort]);
});

const BY_PORT: ReadonlyArray<readonly [port: number, rows: readonly object[]]> = [
  [9_000, [listen, closeWait, finWait2, farDown]],
  [8_080, [otherPort]],
  [40_011, [closeWait, finWait2]],
  [40_012, []],
  [900, []],
];

for (const [port, rows] of BY_PORT) {
  test(`port ${port} is an end of ${rows.length} rows`, () => {
    assert.deepEqual(parseSocketTable(TABLE, port), rows);
  });
}

const TEXTS: ReadonlyArray<readonly [what: string, text: string, rows: readonly object[]]> = [
  ['an empty file', '', []],
  ['a heading alone', `${HEADING}\n`, []],
  ['a heading that does not end', HEADING, []],
  ['a last line that does not end', `${HEADING}\n${LISTEN}\n${CLOSE_WAIT}`, [listen, closeWait]],
  ['a last line that is cut off', `${HEADING}\n${LISTEN}\n${CLOSE_WAIT.slice(0, 60)}`, [listen]],
  ['a last line that is cut off in its ports', `${HEADING}\n${LISTEN}\n${CLOSE_WAIT.slice(0, 17)}`, [listen]],
  ['a last line of two characters', `${HEADING}\n${LISTEN}\n  `, [listen]],
];

for (const [what, text, rows] of TEXTS) {
  test(`${what} has ${rows.length} whole rows`, () => {
    assert.deepEqual(parseSocketTable(text), rows);
    assert.deepEqual(parseSocketTable(text, 9_000), rows);
  });
}

test('a mapped IPv4 address has the same name in tcp6 as in tcp', () => {
  const mapped =
    '   0: 0000000000000000FFFF00000100007F:2328 0000000000000000FFFF00000100007F:9C4B 08 00000000:00000001 00:00000000 00000000  1000        0 6011 1 0000000082363d91 20 4 30 10 -1';
  assert.deepEqual(parseSocketTable(`${HEADING}\n${mapped}\n`, 9_000), [closeWait]);
});

test('a row of tcp6 is found by its port, one in TIME_WAIT is not', () => {
  const line = (state: string) =>
    `   0: 00000000000000000000000001000000:2328 00000000000000000000000001000000:9C4B ${state} 00000000:00000000 00:00000000 00000000  1000        0 6011 1 0000000082363d91`;
  const table = [HEADING, line('01'), line('06'), ''].join('\n');
  const row = { ...closeWait, localAddress: '::1', remoteAddress: '::1', state: 'ESTABLISHED', rxQueue: 0 };
  assert.deepEqual(parseSocketTable(table, 9_000), [row]);
  assert.deepEqual(parseSocketTable(table, 40_011), [row]);
});

test('far down in a long table the ports and the state are found too', () => {
  const line = (row: string, number: number) => row.replace(/^ +\d+:/, `${number}:`);
  const table = [HEADING, line(TIME_WAIT, 41_234), line(FIN_WAIT2, 123_456), ''].join('\n');
  assert.deepEqual(parseSocketTable(table), [finWait2]);
  assert.deepEqual(parseSocketTable(table, 9_000), [finWait2]);
});

const STATES = [
  ['01', 'ESTABLISHED'],
  ['02', 'SYN_SENT'],
  ['03', 'SYN_RECV'],
  ['04', 'FIN_WAIT1'],
  ['05', 'FIN_WAIT2'],
  ['06', 'TIME_WAIT'],
  ['07', 'CLOSE'],
  ['08', 'CLOSE_WAIT'],
  ['09', 'LAST_ACK'],
  ['0A', 'LISTEN'],
  ['0B', 'CLOSING'],
  ['0C', 'NEW_SYN_RECV'],
] as const;

for (const [hex, state] of STATES) {
  test(`state ${hex} is ${state}`, () => {
    assert.equal(parseSocketRow(CLOSE_WAIT.replace(' 08 ', ` ${hex} `))?.state, state);
  });
}

for (const line of [
  '',
  HEADING,
  CLOSE_WAIT.replace(' 08 ', ' FF '),
  CLOSE_WAIT.slice(0, 80),
  'no row at all',
]) {
  test(`${JSON.stringify(line.trim().slice(0, 40))} … is no row`, () => {
    assert.equal(parseSocketRow(line), undefined);
  });
}

const ADDRESSES = [
  ['00000000', '0.0.0.0'],
  ['0100007F', '127.0.0.1'],
  ['0200000A', '10.0.0.2'],
  ['FFFFFFFF', '255.255.255.255'],
  ['00000000000000000000000000000000', '::'],
  ['00000000000000000000000001000000', '::1'],
  ['0000000000000000FFFF00000100007F', '127.0.0.1'],
  ['B80D0120000000000000000001000000', '2001:db8::1'],
  ['000080FE00000000FF005450B3B4A3FE', 'fe80::5054:ff:fea3:b4b3'],
  ['B80D0120010002000300040005000600', '2001:db8:2:1:4:3:6:5'],
  ['B80D0120000001000000000001000000', '2001:db8:1::1'],
  ['00000120000001000000010001000000', '2001:0:1:0:1::1'],
] as const;

for (const [hex, address] of ADDRESSES) {
  test(`${hex} is ${address}`, () => {
    assert.equal(parseHexAddress(hex), address);
  });
}

test('every IPv4 address comes out as it was put in', () => {
  fc.assert(
    fc.property(fc.ipV4(), address => {
      const hex = address.split('.').reverse().map(hexByte).join('');
      assert.equal(parseHexAddress(hex), address);
      assert.equal(parseHexAddress(`0000000000000000FFFF0000${hex}`), address);
    }),
    { numRuns: 200 },
  );
});

test('an IPv6 address is written as a URL would write it', () => {
  const words = fc.array(fc.constantFrom(0, 0, 0, 1, 0xab, 0x2001, 0xffff), { minLength: 8, maxLength: 8 });
  fc.assert(
    fc.property(words, groups => {
      fc.pre(!isMapped(groups));
      const bytes = groups.flatMap(group => [group >> 8, group & 0xff]);
      const hex = [0, 4, 8, 12]
        .map(at =>
          bytes
            .slice(at, at + 4)
            .reverse()
            .map(hexByte)
            .join(''),
        )
        .join('');
      const url = new URL(`http://[${groups.map(group => group.toString(16)).join(':')}]/`);
      assert.equal(`[${parseHexAddress(hex)}]`, url.hostname);
    }),
    { numRuns: 200 },
  );
});

test('a port has four digits, as the kernel writes it', () => {
  assert.deepEqual([1, 80, 9_000, 65_535].map(hexPort), ['0001', '0050', '2328', 'FFFF']);
});

function hexByte(byte: number | string): string {
  return Number(byte).toString(16).toUpperCase().padStart(2, '0');
}

function isMapped(groups: readonly number[]): boolean {
  return groups.slice(0, 5).every(group => group === 0) && groups[5] === 0xffff;
}

const TIMERS: ReadonlyArray<readonly [column: string, timer: string | undefined]> = [
  ['00', 'none'],
  ['01', 'retransmit'],
  ['02', 'keepalive'],
  ['04', 'window'],
  ['09', undefined],
];

for (const [column, timer] of TIMERS) {
  test(`the kernel waits for ${timer ?? 'something else'} where the column tr says ${column}`, () => {
    assert.equal(parseSocketRow(FAR_DOWN.replace(' 00:00000000 ', ` ${column}:000AFC74 `))?.timer, timer);
  });
}
