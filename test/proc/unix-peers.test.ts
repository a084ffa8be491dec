import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseUnixPeers } from '../../src/proc/sockets.js';

test('the other end of a Unix socket is told by its path and its program', () => {
  const text = [
    'u_str ESTAB 0      0                   * 101 * 102 users:(("app",pid=1,fd=5))   ',
    'u_str ESTAB 0      0      /run/my app.sock 102 * 101 users:(("redis-server",pid=2,fd=8))   ',
    'u_str ESTAB 0      0                   * 103 * 104',
    'u_str ESTAB 0      0                   * 104 * 103',
    'u_dgr UNCONN 0     0           /run/log 105 * 0 users:(("syslog",pid=3,fd=3))',
  ].join('\n');
  assert.deepEqual(
    [...parseUnixPeers(text)],
    [
      [101, '→ /run/my app.sock redis-server'],
      [102, '→ unnamed Unix socket app'],
    ],
  );
});
