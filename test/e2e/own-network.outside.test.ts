import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { canIsolate, inNetworkOf } from '../exam/network.js';
import { compileC, launch } from '../servers/launch.js';
import { churnJson } from '../support/churn.js';

/** A network of its own, with these settings of the kernel. */
function network(settings: Readonly<Record<string, string>>): string[] {
  const set = Object.entries(settings).map(([name, value]) => `echo ${value} > /proc/sys/net/ipv4/${name}`);
  return ['unshare', '--net', 'sh', '-c', ['ip link set lo up', ...set, 'exec "$@"'].join(' && '), 'sh'];
}

describe('traps that need a network of their own', () => {
  it('a forgotten socket that the next owner of its port has reset is still known by the cycle it came from', async test => {
    if (!(await canIsolate())) return test.skip('this user may not make a network');
    // With forty ports that are free again after a second, each is used several times.
    const settings = { tcp_fin_timeout: '1', ip_local_port_range: '"40000 40039"' };
    const command = [await compileC('poll'), '--fault', 'no-close', '--every', '20'];
    const server = await launch([...network(settings), ...command]);
    try {
      const { report } = await churnJson(
        ['--port', String(server.port), '--cycles', '120', '--pause', '30ms', '--no-confirm'],
        { through: inNetworkOf(server.pid, []) },
      );
      const [finding] = report.findings;
      assert.equal(finding?.title, 'fds 4 → 10, one on every 20th cycle');
      assert.match(finding.evidence.join('\n'), /TCP socket, reset since by the next owner of its port/);
      assert.deepEqual(
        report.held.map(({ cycle }) => cycle),
        [10, 30, 50, 70, 90, 110],
      );
    } finally {
      await server.stop();
    }
  });

  it('where hardly a port is free, the watcher needs none for itself', async test => {
    if (!(await canIsolate())) return test.skip('this user may not make a network');
    // Four ports, of which the server has one.
    const command = [await compileC('poll'), '--port', '40001', '--fault', 'exit', '--at', '2'];
    const server = await launch([...network({ ip_local_port_range: '"40000 40003"' }), ...command]);
    try {
      const { report } = await churnJson(
        ['--port', String(server.port), '--cycles', '20', '--warmup', '0', '--pause', '300ms'],
        { through: inNetworkOf(server.pid, []) },
      );
      assert.equal(report.verdict, 'fail');
      assert.deepEqual(
        report.findings.map(({ kind }) => kind),
        ['crash'],
      );
    } finally {
      await server.stop();
    }
  });

  it('a neighbour whose queue overflows during a clean run is not held against the server', async test => {
    if (!(await canIsolate())) return test.skip('this user may not make a network');
    const server = await launch([...network({}), await compileC('poll')]);
    const noise = fileURLToPath(new URL('../../../test/servers/python/noisy_neighbour.py', import.meta.url));
    const neighbour = await launch(inNetworkOf(server.pid, ['python3', noise]));
    const args = ['--port', String(server.port), '--cycles', '100', '--pause', '5ms', '--warmup', '0'];
    try {
      const { report } = await churnJson(args, { through: inNetworkOf(server.pid, []) });
      assert.ok((report.cycles?.listenOverflows ?? 0) > 10, 'the neighbour made no noise');
      assert.equal(report.summary, 'PASS  100 cycles, 0 leaks');
      assert.equal(report.cycles?.accepted, report.cycles?.connections);
      assert.ok(!report.notes.some(note => /queue|handed over/.test(note)), report.notes.join());
    } finally {
      await neighbour.stop();
      await server.stop();
    }
  });
});
