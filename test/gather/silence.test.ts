import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Driver } from '../../src/gather/driver.js';
import type { Observer } from '../../src/gather/observer.js';
import { timerOfSilence } from '../../src/gather/silence.js';
import type { SocketRow, SocketTimer } from '../../src/proc/parse/socket-table.js';
import { row } from '../support/evidence.js';

const end = (timer: SocketTimer, different: Partial<SocketRow> = {}): SocketRow => ({
  ...row({ state: 'ESTABLISHED' }),
  ...{ timer, inode: 6_011 },
  ...different,
});

/** The server's end at one look after the other; the last of them at all further ones. */
const ROWS: ReadonlyArray<
  readonly [what: string, seen: ReadonlyArray<SocketRow | undefined>, timer: SocketTimer | undefined]
> = [
  ['SO_KEEPALIVE that was inherited is seen at once', [end('keepalive')], 'keepalive'],
  ['SO_KEEPALIVE that is asked for after accept() is seen', [end('none'), end('keepalive')], 'keepalive'],
  ['one that is never asked for is none', [end('none')], 'none'],
  ['nothing is known of one that nobody has accepted', [end('none', { inode: 0 })], undefined],
  ['nothing is known of one that is in no table', [undefined], undefined],
  ['nothing is known while data are under way', [end('retransmit')], undefined],
  ['nothing is known of one that the server has closed', [end('none', { state: 'FIN_WAIT2' })], undefined],
];

for (const [what, seen, timer] of ROWS)
  test(what, async () => {
    let looks = 0;
    const driver = { makeSilent: (look: (port: number) => Promise<void>) => look(40_001) };
    const observer = { serverEnd: () => seen[Math.min(looks++, seen.length - 1)] };
    assert.equal(await timerOfSilence(driver as unknown as Driver, observer as unknown as Observer), timer);
  });
