import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseListenCounters } from '../../../src/proc/parse/netstat.js';

const COMMON = 'SyncookiesSent SyncookiesRecv DelayedACKs ListenOverflows ListenDrops TCPHPHits';
const IP_EXT = 'IpExt: InNoRoutes ListenDrops\nIpExt: 77 78\n';

const TABLES: ReadonlyArray<readonly [what: string, text: string, overflows: number, drops: number]> = [
  ['the usual columns', `TcpExt: ${COMMON}\nTcpExt: 0 0 559759 1246 1250 3400\n${IP_EXT}`, 1_246, 1_250],
  [
    'columns of a later kernel in front and behind',
    `TcpExt: TCPAONew ${COMMON} TCPAODroppedIcmps\nTcpExt: 9 0 0 559759 3 4 3400 8\n${IP_EXT}`,
    3,
    4,
  ],
  ['other protocols first', `${IP_EXT}TcpExt: ${COMMON}\nTcpExt: 0 0 559759 5 6 3400\n`, 5, 6],
  ['a kernel without these counters', 'TcpExt: SyncookiesSent\nTcpExt: 12\n', 0, 0],
  ['names without values', `TcpExt: ${COMMON}\n`, 0, 0],
  ['an empty file', '', 0, 0],
];

for (const [what, text, listenOverflows, listenDrops] of TABLES) {
  test(`with ${what} there were ${listenOverflows} overflows and ${listenDrops} drops`, () => {
    const counters = parseListenCounters(text);
    assert.deepEqual([counters.listenOverflows, counters.listenDrops], [listenOverflows, listenDrops]);
    assert.deepEqual([counters.embryonicResets, counters.deferredDrops], [0, 0]);
  });
}

test('resets of half a connection and handshakes that wait for a byte have counters of their own', () => {
  const text = 'TcpExt: SyncookiesSent EmbryonicRsts TCPDeferAcceptDrop\nTcpExt: 1 1010 1011\n';
  assert.deepEqual(parseListenCounters(text), {
    listenOverflows: 0,
    listenDrops: 0,
    embryonicResets: 1_010,
    deferredDrops: 1_011,
  });
});
