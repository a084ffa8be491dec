import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { canIsolate, inNetworkOf } from '../exam/network.js';
import { compileC, launch, startC } from '../servers/launch.js';
import { churn, churnJson } from '../support/churn.js';

describe('cycles of several workers', () => {
  it('a leak on every tenth connection is named by its cycles, and by the addresses that they came from', async () => {
    const server = await startC('epoll', ['--fault', 'no-close', '--every', '10']);
    const args = ['--cycles', '500', '--workers', '3', '--source', '127.0.0.2-127.0.0.4'];
    try {
      const { report } = await churnJson(['--port', String(server.port), ...args]);
      // Threads overtake each other on the way to the server: that may hide how regular it is, not how much it is.
      const cycles = report.held.flatMap(({ phase, cycle }) => (phase === 'cycles' && cycle ? [cycle] : []));
      assert.deepEqual([cycles.length, new Set(cycles).size], [50, 50]);
      assert.ok(cycles.every(cycle => cycle <= 500));
      assert.deepEqual([report.cycles?.completed, report.cycles?.workers], [500, 3]);
      assert.deepEqual(report.cycles?.sources, ['127.0.0.2', '127.0.0.3', '127.0.0.4']);
      const addresses = report.held.map(({ client }) => client?.split(':')[0]);
      assert.deepEqual([...new Set(addresses)].sort(), ['127.0.0.2', '127.0.0.3', '127.0.0.4']);
    } finally {
      await server.stop();
    }
  });

  it('several clients in random order are told apart, whichever worker they had', async () => {
    const server = await startC('epoll', ['--fault', 'no-close-rst']);
    const args = ['--client', 'fin,rst,half', '--workers', '2', '--cycles', '600', '--latency'];
    try {
      const { report } = await churnJson(['--port', String(server.port), ...args]);
      assert.match(report.findings[0]?.title ?? '', /all of them from cycles with rst, one on each/);
      assert.equal(report.latency?.connect?.count, report.cycles?.completed);
    } finally {
      await server.stop();
    }
  });

  it('a clean server passes with a proof, and a server that crashes is what the server did', async () => {
    for (const [fault, summary] of [
      [[], 'PASS  1000 cycles, 0 leaks'],
      [['--fault', 'crash', '--at', '300'], /^FAIL .*the server died/],
    ] as const) {
      const server = await startC('epoll', fault);
      try {
        const { report } = await churnJson(['--port', String(server.port), '--workers', '4']);
        assert.match(report.summary, typeof summary === 'string' ? new RegExp(`^${summary}$`) : summary);
      } finally {
        await server.stop();
      }
    }
  });

  it('a server that listens on IPv6 alone has no clients from 127.0.0.2', async () => {
    const server = await startC('epoll', ['--host', '::1']);
    try {
      const { status, stderr } = await churn(['--port', String(server.port), '--source', '127.0.0.2']);
      assert.equal(status, 2);
      assert.match(
        stderr,
        /--source names addresses of 127\.0\.0\.0\/8, and the server is reached at \[::1\]/,
      );
    } finally {
      await server.stop();
    }
  });

  it('more clients than one address has ports are held from several', async test => {
    if (!(await canIsolate())) return test.skip('this user may not make a network');
    const server = await launch([...networkWith('15000 19999'), await compileC('epoll')]);
    const args = ['--port', String(server.port), '--hold', '6000', '--cycles', '100'];
    const through = inNetworkOf(server.pid, []);
    try {
      const refused = await churn(args, { through });
      assert.equal(refused.status, 2);
      assert.match(refused.stderr, /--hold 6000 leaves no ports .* there are 5000 of them\./);
      assert.match(refused.stderr, /--source 127\.0\.0\.2-127\.0\.0\.3$/m);
      const { report } = await churnJson([...args, '--source', '127.0.0.2-127.0.0.3'], { through });
      assert.equal(report.summary, 'PASS  100 cycles, 0 leaks');
      assert.equal(report.hold?.opened, 6_000);
    } finally {
      await server.stop();
    }
  });

  it('a long run from a named address leaves the ports of the kernel to others', async test => {
    if (!(await canIsolate())) return test.skip('this user may not make a network');
    const server = await launch([...networkWith('40000 40999'), await compileC('epoll')]);
    const args = ['--port', String(server.port), '--no-confirm'];
    const through = inNetworkOf(server.pid, []);
    try {
      const many = ['--source', '127.0.0.2', '--cycles', '3000', '--concurrency', '16'];
      assert.equal((await churn([...args, ...many], { through })).status, 0);
      const { report } = await churnJson([...args, '--cycles', '100'], { through });
      assert.equal(report.summary, 'PASS  100 cycles, 0 leaks');
    } finally {
      await server.stop();
    }
  });
});

/** A network of its own, in which connect(2) picks from these ports. */
function networkWith(ephemeralPorts: string): string[] {
  const settings = `echo "${ephemeralPorts}" > /proc/sys/net/ipv4/ip_local_port_range`;
  return ['unshare', '--net', 'sh', '-c', `ip link set lo up && ${settings} && exec "$@"`, 'sh'];
}
