import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { realServers } from '../servers/real/registry.js';
import { isInstalled, startReal } from '../servers/real/start.js';
import { churnJson } from '../support/churn.js';

/** Programs that nobody here wrote, as they come. An alarm on any of them is a defect of this tool. */
const NAMES = ['nginx', 'redis', 'python-http', 'socat'];

describe('servers that nobody here wrote', () => {
  for (const name of NAMES) {
    const recipe = realServers.find(candidate => candidate.name === name);
    it(`${name} passes`, async test => {
      assert.ok(recipe, `there is a recipe for ${name}`);
      if (!(await isInstalled(recipe))) {
        assert.ok(!process.env['CI'], `${recipe.program} must be installed where CI is set`);
        return test.skip(`${recipe.program} is not installed (Debian package ${recipe.package})`);
      }
      const server = await startReal(recipe);
      try {
        const { report, status } = await churnJson(['--port', String(server.port)]);
        assert.equal(
          report.verdict,
          'pass',
          JSON.stringify([report.summary, report.findings, report.notes], null, 1),
        );
        assert.equal(status, 0);
        assert.equal(report.cycles?.completed, 1000);
        assert.equal(report.cycles?.accepted, report.cycles?.connections);
        assert.ok(report.clean);
      } finally {
        await server.stop();
      }
    });
  }

  it('the master and both workers of nginx are one server', async test => {
    const recipe = realServers.find(candidate => candidate.name === 'nginx');
    assert.ok(recipe, 'there is a recipe for nginx');
    if (!(await isInstalled(recipe))) {
      assert.ok(!process.env['CI'], 'nginx must be installed where CI is set');
      return test.skip('nginx is not installed');
    }
    const server = await startReal(recipe);
    try {
      const { report } = await churnJson(['--port', String(server.port), '--cycles', '100']);
      assert.deepEqual(report.target?.pids, [server.pid]);
      assert.equal(report.target?.processes.length, 3);
    } finally {
      await server.stop();
    }
  });
});
