import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { run } from '../../src/index.js';
import { canIsolate, inNetworkOf, OWN_NETWORK } from '../exam/network.js';
import { compileC, launch, type Running } from '../servers/launch.js';
import { churn, churnJson } from '../support/churn.js';

/** A pid as this machine has it: the server prints that of its own namespace. */
function hostPid({ child }: Running): number {
  const below = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim();
  return below === '' ? (child.pid ?? 0) : Number(below.split(' ')[0]);
}

async function canIsolateOr(test: TestContext): Promise<boolean> {
  const can = await canIsolate();
  if (!can) test.skip('this user may not make namespaces');
  return can;
}

const ENTERED = 'The cycles were made in the network namespace of the server.';

describe('a container without root, which is a user namespace', () => {
  it('is told what is not seen from within it, and where to run churn instead', async test => {
    const container = ['unshare', '--user', '--map-root-user', '--'];
    const can = await promisify(execFile)('unshare', ['--user', '--map-root-user', 'true']).then(
      () => true,
      () => false,
    );
    if (!can) return test.skip('this user may not make user namespaces');
    const server = await launch([await compileC('poll')]);
    try {
      const { status, stderr } = await churn(['--port', String(server.port)], { through: container });
      assert.equal(status, 2);
      const text = stderr.replaceAll(/\s+/g, ' ');
      assert.match(text, /what the server holds cannot be seen: neither its descriptors nor its memory/);
      assert.match(text, /end at its own user namespace: run churn outside of it with sudo/);
      assert.doesNotMatch(text, /CAP_SYS_PTRACE/, 'it would not help there');
      const gauged = [
        '--port',
        String(server.port),
        '--cycles',
        '20',
        '--allow-remote',
        '--gauge',
        'cmd:echo 1',
      ];
      const { report } = await churnJson(gauged, { through: container });
      assert.deepEqual([report.verdict, report.clean], ['pass', false]);
    } finally {
      await server.stop();
    }
  });
});

describe('a server in another network', () => {
  for (const [what, args, verdict] of [
    ['clean', [], 'pass'],
    ['leaking', ['--fault', 'no-close'], 'fail'],
  ] as const) {
    it(`that is ${what} is found by its pid, and the cycles go there`, async test => {
      if (!(await canIsolateOr(test))) return;
      const server = await launch([...OWN_NETWORK, await compileC('poll'), ...args]);
      try {
        const { report, status } = await churnJson(['--pid', String(server.pid), '--cycles', '100']);
        assert.equal(report.verdict, verdict);
        assert.equal(status, verdict === 'pass' ? 0 : 1);
        assert.equal(report.cycles?.completed, 100);
        assert.ok(report.notes.includes(ENTERED), report.notes.join());
        const { verdict: again, notes } = await run({ pid: server.pid, cycles: 100 });
        assert.equal(again, verdict);
        assert.ok(notes.includes(ENTERED));
      } finally {
        await server.stop();
      }
    });
  }

  it('is found by its port where nobody here listens on that', async test => {
    if (!(await canIsolateOr(test))) return;
    const server = await launch([...OWN_NETWORK, await compileC('poll'), '--port', '18231']);
    try {
      const { report } = await churnJson(['--port', '18231', '--cycles', '100']);
      assert.equal(report.verdict, 'pass');
      assert.deepEqual(report.target?.pids, [server.pid]);
      assert.equal((await run({ port: 18231, cycles: 100 })).verdict, 'pass');
      const other = await launch([...OWN_NETWORK, await compileC('poll'), '--port', '18231']);
      try {
        const { status, stderr } = await churn(['--port', '18231']);
        assert.equal(status, 2);
        assert.match(
          stderr,
          /Nothing listens on port 18231 here, and in other network namespaces processes \d+, \d+ do/,
        );
      } finally {
        await other.stop();
      }
    } finally {
      await server.stop();
    }
  });

  it('may not be entered by everybody, which is said', async test => {
    if (!(await canIsolateOr(test))) return;
    const server = await launch([...OWN_NETWORK, await compileC('poll')]);
    const nobody = [
      'setpriv',
      '--reuid=65534',
      '--regid=65534',
      '--clear-groups',
      '--inh-caps=-all',
      '--bounding-set=-all',
    ];
    try {
      const { status, stderr } = await churn(['--pid', String(server.pid)], { through: nobody });
      assert.equal(status, 2);
      assert.match(
        stderr,
        /sudo|--cap-add SYS_PTRACE/,
        'the right that is missing, as it is given where churn runs',
      );
    } finally {
      await server.stop();
    }
  });

  it('of a container without root is entered by the user whose it is', async test => {
    const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
    const [unshare, , ...rest] = OWN_NETWORK;
    const container = [...nobody, unshare ?? '', '--user', '--map-root-user', '--net', ...rest];
    const script = fileURLToPath(new URL('../../../test/servers/node/net.mjs', import.meta.url));
    const server = await launch([...container, process.execPath, script]).catch(() => undefined);
    if (!server) return test.skip('this user may not make user namespaces');
    try {
      const args = ['--pid', String(server.pid), '--cycles', '50', '--no-confirm'];
      const { report, stderr } = await churnJson(args, { through: nobody });
      // Memory of a heap is not decided in so few.
      assert.deepEqual(report.findings, [], stderr);
      assert.equal(report.cycles?.completed, 50);
    } finally {
      await server.stop();
    }
  });

  it('and in a pid namespace of its own is found by the pid that it has here', async test => {
    if (!(await canIsolateOr(test))) return;
    const server = await launch([
      ...['unshare', '--net', '--pid', '--fork', '--kill-child', '--mount-proc', 'sh', '-c'],
      ...['ip link set lo up && exec "$@"', 'sh', await compileC('poll'), '--fault', 'no-close'],
    ]);
    try {
      const pid = hostPid(server);
      const { report } = await churnJson(['--pid', String(pid), '--cycles', '50']);
      assert.equal(report.findings[0]?.title, 'fds 4 → 64 (10 of them in the warm-up), one on every cycle');
      assert.deepEqual(report.target?.pids, [pid]);
    } finally {
      await server.stop();
    }
  });
});

it('a server in a pid namespace of its own is found by its port', async test => {
  if (!(await canIsolateOr(test))) return;
  const server = await launch([
    ...['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'],
    ...[await compileC('poll'), '--fault', 'no-close'],
  ]);
  try {
    const { report } = await churnJson(['--port', String(server.port), '--cycles', '50']);
    assert.equal(report.verdict, 'fail');
    assert.deepEqual(report.target?.pids, [hostPid(server)]);
  } finally {
    await server.stop();
  }
});

describe('a proxy', () => {
  it('is judged as what it is, and says how to watch the server behind it', async test => {
    if (!(await canIsolateOr(test))) return;
    const proxied = await startProxied();
    try {
      const through = inNetworkOf(proxied.proxy, []);
      const port = String(proxied.port);
      const alone = await churnJson(['--port', port, '--cycles', '20', '--no-confirm', '--settle', '1s'], {
        through,
      });
      assert.deepEqual(alone.report.target?.pids, [proxied.proxy]);
      const note = alone.report.notes.find(text => text.startsWith('socat passes connections on'));
      assert.match(note ?? '', new RegExp(`churn --port ${port} --pid ${proxied.server} --behind-proxy$`));
      const behind = await churnJson(
        [
          '--port',
          port,
          '--pid',
          String(proxied.server),
          '--behind-proxy',
          '--cycles',
          '30',
          '--settle',
          '1s',
        ],
        { through },
      );
      assert.equal(behind.report.verdict, 'fail');
      assert.deepEqual(
        behind.report.findings.map(({ kind }) => kind),
        ['fd'],
      );
    } finally {
      await proxied.stop();
    }
  });
});

/** socat in one network, a server that forgets every connection in another, and a cable between them. */
async function startProxied() {
  const run = promisify(execFile);
  const wire = ['ip addr add 10.231.0.2/24 dev wire1', 'ip link set wire1 up'].join(' && ');
  const front = await launch([...OWN_NETWORK, 'sh', '-c', 'echo ready 1 $$; exec sleep 600']);
  const network = await launch([...OWN_NETWORK, 'sh', '-c', 'echo ready 1 $$; exec sleep 600']);
  assert.notEqual(readlinkSync(`/proc/${front.pid}/ns/net`), readlinkSync(`/proc/${network.pid}/ns/net`));
  const [linkProgram = '', ...link] = inNetworkOf(front.pid, [
    ...['ip', 'link', 'add', 'wire0', 'type', 'veth', 'peer', 'name', 'wire1', 'netns', String(network.pid)],
  ]);
  await run(linkProgram, link);
  const [frontProgram = '', ...frontArgs] = inNetworkOf(front.pid, [
    ...['sh', '-c', 'ip addr add 10.231.0.1/24 dev wire0 && ip link set wire0 up'],
  ]);
  await run(frontProgram, frontArgs);
  const [backProgram = '', ...backArgs] = inNetworkOf(network.pid, ['sh', '-c', wire]);
  await run(backProgram, backArgs);
  const server = await launch(
    inNetworkOf(network.pid, [await compileC('poll'), '--host', '10.231.0.2', '--fault', 'no-close']),
  );
  const port = 18_232;
  const socat = `socat TCP-LISTEN:${port},bind=127.0.0.1,fork,reuseaddr TCP:10.231.0.2:${server.port}`;
  const proxy = await launch(inNetworkOf(front.pid, ['sh', '-c', `echo ready ${port} $$; exec ${socat}`]));
  await listening(proxy.pid, port);
  const stop = async () => {
    for (const running of [proxy, server, network, front]) await running.stop();
  };
  return { port, proxy: proxy.pid, server: server.pid, stop };
}

async function listening(pid: number, port: number): Promise<void> {
  const row = `:${port.toString(16).toUpperCase()} 00000000:0000 0A`;
  while (!readFileSync(`/proc/${pid}/net/tcp`, 'utf8').includes(row))
    await new Promise(resolve => setTimeout(resolve, 5));
}
