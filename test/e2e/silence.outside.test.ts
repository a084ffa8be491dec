import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { launch } from '../servers/launch.js';
import { churnJson } from '../support/churn.js';

/** A server that greets if it is told to, and what it does with each connection. */
const serverOf = (options: string, each: string) => [
  process.execPath,
  '-e',
  `const s = require('net').createServer(${options}, c => { c.on('error', () => {}).resume(); ${each} });
   s.listen(0, '127.0.0.1', () => console.log('ready', s.address().port, process.pid));`,
];

const SAID = /^No SO_KEEPALIVE: a client that vanishes without FIN or RST/;

const ROWS: ReadonlyArray<
  readonly [what: string, isSaid: boolean, server: readonly string[], ...args: string[]]
> = [
  ['without SO_KEEPALIVE', true, serverOf('{}', '')],
  ['that greets, without SO_KEEPALIVE', true, serverOf('{}', `c.write('hello');`)],
  ['with SO_KEEPALIVE', false, serverOf('{ keepAlive: true }', '')],
  ['that asks for SO_KEEPALIVE itself, after accept()', false, serverOf('{}', 'c.setKeepAlive(true)')],
  ['that closes at once', false, serverOf('{}', 'c.end()')],
  [
    'that ended silent clients while we looked',
    false,
    serverOf('{}', 'c.setTimeout(300, () => c.destroy())'),
    '--hold',
    '3',
    '--duration',
    '2s',
  ],
];

describe('a client that vanishes is kept for ever by a server without SO_KEEPALIVE, which is said where it was seen', {
  concurrency: 2,
}, () => {
  for (const [what, isSaid, command, ...args] of ROWS) {
    it(`a server ${what}: ${isSaid ? 'said' : 'not said'}, and no fault`, async () => {
      const server = await launch(command);
      try {
        const { report } = await churnJson([
          ...['--port', String(server.port), ...(args.length > 0 ? args : ['-n', '100'])],
          ...['--budget', '1s'],
        ]);
        assert.equal(
          report.notes.some(note => SAID.test(note)),
          isSaid,
          report.notes.join('\n'),
        );
        assert.deepEqual(report.findings, []);
      } finally {
        await server.stop();
      }
    });
  }
});
