import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseUnixTable, type UnixRow } from '../../../src/proc/sockets.js';

const HEADING = 'Num       RefCount Protocol Flags    Type St Inode Path';

const LINES: ReadonlyArray<readonly [what: string, line: string, row: UnixRow]> = [
  [
    'a listening socket',
    '0000000082363d91: 00000002 00000000 00010000 0001 01 22341 /run/app.sock',
    { inode: 22_341, path: '/run/app.sock', listening: true },
  ],
  [
    'a connection that waits to be accepted',
    '0000000082363d92: 00000002 00000000 00000000 0001 02     0 /run/app.sock',
    { inode: 0, path: '/run/app.sock', listening: false },
  ],
  [
    'an accepted connection',
    '0000000082363d93: 00000003 00000000 00000000 0001 03   417 /run/app.sock',
    { inode: 417, path: '/run/app.sock', listening: false },
  ],
  [
    'an unnamed socket',
    '00000000326ba4c1: 00000003 00000000 00000000 0001 03 10044636',
    { inode: 10_044_636, path: '', listening: false },
  ],
  [
    'a path with spaces',
    '0000000082363d94: 00000002 00000000 00010000 0001 01 22342 /run/my app/a  b.sock',
    { inode: 22_342, path: '/run/my app/a  b.sock', listening: true },
  ],
  [
    'a path that begins and ends with a space',
    '0000000082363d95: 00000002 00000000 00010000 0001 01 22343  x ',
    { inode: 22_343, path: ' x ', listening: true },
  ],
  [
    'an abstract name',
    '0000000082363d96: 00000002 00000000 00010000 0001 01 22344 @/tmp/.X11-unix/X0',
    { inode: 22_344, path: '@/tmp/.X11-unix/X0', listening: true },
  ],
  [
    'an abstract name padded with NULs',
    '0000000082363d97: 00000002 00000000 00010000 0001 01 22345 @app@@@@',
    { inode: 22_345, path: '@app@@@@', listening: true },
  ],
  [
    'a datagram socket',
    '0000000082363d98: 00000002 00000000 00000000 0002 01 22346 /run/systemd/notify',
    { inode: 22_346, path: '/run/systemd/notify', listening: false },
  ],
];

for (const [what, line, row] of LINES) {
  test(`${what} is read`, () => {
    assert.deepEqual(parseUnixTable(`${HEADING}\n${line}\n`), [row]);
  });
}

test('all rows are read, the heading and a last line that is cut off are not', () => {
  const lines = LINES.map(([, line]) => line);
  const table = [HEADING, ...lines, '0000000082363d99: 00000002 000'].join('\n');
  assert.deepEqual(
    parseUnixTable(table),
    LINES.map(([, , row]) => row),
  );
});

test('an empty file has no rows', () => {
  assert.deepEqual(parseUnixTable(''), []);
});
