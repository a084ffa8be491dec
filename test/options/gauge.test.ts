import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type GaugeSpec, mannerOf, parseGauges } from '../../src/options/gauge.js';

const UNDERSTOOD: ReadonlyArray<readonly [given: string, spec: GaugeSpec]> = [
  [
    'http://127.0.0.1:8081/metrics#hikaricp_connections_active',
    {
      source: { from: 'http', url: 'http://127.0.0.1:8081/metrics' },
      name: 'hikaricp_connections_active',
    },
  ],
  [
    'http://h/metrics#leased{pool="a#b"}',
    { source: { from: 'http', url: 'http://h/metrics' }, name: 'leased{pool="a#b"}' },
  ],
  ['https://h/metrics', { source: { from: 'http', url: 'https://h/metrics' }, name: undefined }],
  ['cmd:./leased', { source: { from: 'command', command: ['./leased'] }, name: undefined }],
  [
    `cmd:sh -c 'ls /proc/1/fd | wc -l' "a b"c`,
    { source: { from: 'command', command: ['sh', '-c', 'ls /proc/1/fd | wc -l', 'a bc'] }, name: undefined },
  ],
  [
    'cmd:./stats --json#pools[0].leased',
    { source: { from: 'command', command: ['./stats', '--json'] }, name: 'pools[0].leased' },
  ],
  [
    "cmd:sh -c 'echo 1 # one'",
    { source: { from: 'command', command: ['sh', '-c', 'echo 1 # one'] }, name: undefined },
  ],
];

for (const [given, spec] of UNDERSTOOD) {
  test(`--gauge ${given} is understood`, () => assert.deepEqual(parseGauges([given]), [spec]));
}

for (const given of [
  '',
  'leased',
  'ftp://h/x#y',
  'http://#x',
  'http://h/metrics#',
  'cmd:',
  'cmd: ',
  "cmd:'a",
]) {
  test(`--gauge ${JSON.stringify(given)} is refused with an example`, () => {
    assert.throws(() => parseGauges([given]), /--gauge expects URL#NAME or cmd:COMMAND/);
  });
}

test('what everybody knows may be opened once, bytes have a trend, and what somebody names comes back', () => {
  assert.equal(mannerOf('process_open_fds'), 'recurs');
  assert.equal(mannerOf('nodejs_active_handles{type="Socket"}'), 'recurs');
  assert.equal(mannerOf('go_memstats_heap_inuse_bytes'), 'trend');
  assert.equal(mannerOf('pools.http.leased'), 'returns');
});
