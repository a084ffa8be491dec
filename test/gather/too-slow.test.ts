import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOptions } from '../../src/options/run.js';
import { run } from '../../src/session/run.js';
import { launch } from '../servers/launch.js';

/** Answers one client after the other, each after 50 ms; `leaks`: and closes none. */
const slowServer = (leaks: boolean) => `
let last = Promise.resolve();
require('node:net').createServer({ allowHalfOpen: true }, socket => {
  socket.on('error', () => {});
  socket.once('data', () => {
    last = last.then(() => new Promise(done => setTimeout(done, 50))).then(() => socket.write('x'));
  });
  socket.on('end', () => ${leaks} || socket.end());
}).listen(0, '127.0.0.1', function () {
  console.log('ready', this.address().port, process.pid);
});`;

/** The cycles that were asked for would take 50 s. */
const TIMES = { leastMs: 2_000, wholeMs: 3_000 };

for (const [what, leaks, verdict, summary] of [
  [
    'undecided',
    false,
    'undecided',
    /^UNDECIDED {2}\d+ of 1000 cycles in [\d.]+ s, the server is too slow for all/,
  ],
  [
    'a failure where it forgets those that were made',
    true,
    'fail',
    /^FAIL {2}\d+ cycles, leaked file descriptors: \d+$/,
  ],
] as const) {
  test(`a server that is too slow for the cycles that were asked for is ${what}`, async () => {
    const server = await launch([process.execPath, '-e', slowServer(leaks)]);
    const options = parseOptions({
      confirm: false,
      port: server.port,
      client: 'reply',
      send: 'x',
      settle: '5s',
      timeout: '60s',
    });
    try {
      const report = await run(
        { ...options, cycleTime: TIMES },
        {
          signal: new AbortController().signal,
          onProgress: () => undefined,
          tool: { name: 'churn', version: '0', command: [] },
          environment: { node: '20', cpus: 1 },
          timings: {},
        },
      );
      assert.equal(report.verdict, verdict, report.summary);
      assert.match(report.summary, summary);
      assert.equal(report.interrupted, false);
      assert.ok((report.cycles?.completed ?? 0) < 1_000);
      assert.equal(report.cycles?.requested, 1_000);
      assert.match(report.notes.join('\n'), /per connection, so all 1000 cycles would take about/);
    } finally {
      await server.stop();
    }
  });
}
