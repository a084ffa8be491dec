import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { launch } from '../servers/launch.js';
import { churn, parseReport } from '../support/churn.js';
import { isInstalledProgram } from '../support/watching.js';

const HTTP = new URL('../../../test/servers/node/http.mjs', import.meta.url).pathname;

describe('churn watch, with the loads that people have', () => {
  const LOADS: ReadonlyArray<readonly [program: string, args: (url: string) => string[]]> = [
    ['wrk', url => ['wrk', '-t1', '-c8', '-d1s', '-H', 'Connection: close', url]],
    ['ab', url => ['ab', '-q', '-n', '400', '-c', '8', url]],
  ];
  for (const [program, args] of LOADS) {
    for (const fault of ['', 'file']) {
      it(`${program} against a ${fault === '' ? 'clean' : 'leaking'} server of Node`, async test => {
        if (!isInstalledProgram(program)) return test.skip(`${program} is not installed`);
        const faults = fault === '' ? [] : ['--fault', fault, '--every', '2'];
        const server = await launch([process.execPath, HTTP, ...faults]);
        try {
          const options = ['--port', String(server.port), '--allow', 'memory=99999999', '--json'];
          const load = args(`http://127.0.0.1:${server.port}/`);
          const { stdout } = await churn(['watch', ...options, '--', ...load]);
          const report = parseReport(stdout);
          assert.equal(report.watch?.status, 0, stdout);
          assert.equal(report.verdict, fault === '' ? 'pass' : 'fail', report.summary);
        } finally {
          await server.stop();
        }
      });
    }
  }
});
