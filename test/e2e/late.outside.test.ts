import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launch } from '../servers/launch.js';
import { churn, churnJson } from '../support/churn.js';

describe('a server that is late', () => {
  it('a connection that is held until the next one comes is noted, not accused', async () => {
    const script = fileURLToPath(new URL('../../../test/servers/python/keeps_last.py', import.meta.url));
    const server = await launch(['python3', script]);
    try {
      const { stdout, status } = await churn(['--port', String(server.port)]);
      assert.equal(status, 0, stdout);
      assert.match(stdout, /^PASS {2}1000 cycles, 0 leaks$/m);
      assert.match(stdout, /1 connection was closed only when later ones came/);
    } finally {
      await server.stop();
    }
  });

  it('a server that stands still for a moment after further cycles has not stopped accepting', async () => {
    const script = fileURLToPath(new URL('../../../test/servers/python/pauses.py', import.meta.url));
    // 10 to warm up, 1000 that are judged, 100 to confirm: the last of them has to wait.
    const server = await launch(['python3', script, '--every', '100', '--at', '1110']);
    try {
      const { report } = await churnJson(['--port', String(server.port)]);
      assert.deepEqual(
        report.findings.map(({ kind }) => kind),
        ['fd'],
      );
      assert.equal(report.cycles?.accepted, (report.cycles?.confirmation ?? 0) + 1_010);
    } finally {
      await server.stop();
    }
  });
});
