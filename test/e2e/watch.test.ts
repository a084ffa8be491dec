import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { type Running, startC } from '../servers/launch.js';
import { startPool } from '../servers/pool.js';
import { ask, churn, parseReport, startChurn } from '../support/churn.js';
import { processesOf, untilWatching } from '../support/watching.js';

/** A load that connects and closes so many times, one after the other, and ends with this status. */
function connecting(port: number, connections: number, status = 0): string[] {
  const script = `
    let left = ${connections};
    const next = () => left-- > 0 && require('net').connect(${port}, '127.0.0.1', function () {
      this.destroy();
    }).on('close', next);
    process.exitCode = ${status};
    next();`;
  return [process.execPath, '-e', script];
}

describe('churn watch, with a load of its own', () => {
  it('a clean server passes, and the status of the load is told', async () => {
    // One thread: a stack that is kept for the next one would be a mapping more, and the load run again for it.
    const server = await startC('poll');
    try {
      const { report, status } = await watch(server, [], connecting(server.port, 300));
      assert.deepEqual([report.verdict, report.clean, status], ['pass', true, 0]);
      assert.match(report.summary, /^PASS {2}watched [\d.]+ s, \d+ connections, 0 leaks$/);
      assert.ok(report.watch);
      const { command, acceptedBy, ...load } = report.watch;
      assert.deepEqual(command?.slice(0, 2), [process.execPath, '-e']);
      assert.deepEqual([load.status, load.signal, load.runs], [0, null, 1]);
      // The kernel tells of all sockets of the machine that end, and drops some where neighbours end thousands of them.
      if (acceptedBy === 'server') assert.equal(load.accepted, 300);
      else assert.ok(acceptedBy === 'server-at-least' && load.accepted > 0 && load.accepted <= 300);
    } finally {
      await server.stop();
    }
  });

  it('forgotten connections of somebody else fail, and are told per connection and per minute', async () => {
    const server = await startC('thread', ['--fault', 'no-close', '--every', '3']);
    try {
      const { report, status } = await watch(
        server,
        ['--no-confirm', '--settle', '2s'],
        connecting(server.port, 300, 7),
      );
      assert.equal(status, 1);
      const [finding] = report.findings;
      assert.deepEqual([finding?.kind, finding?.count], ['fd', 100]);
      assert.match(finding?.title ?? '', /^fds 4 → 104, one on about every \d+ connections$/);
      assert.match(
        finding?.evidence.join('\n') ?? '',
        /^100 × TCP socket in CLOSE_WAIT[\s\S]*per minute of the load/,
      );
      assert.equal(report.watch?.status, 7, 'the load has its own opinion, and its own status');
      assert.equal(report.held[0]?.cycle, null, 'nobody knows the number of such a connection');
    } finally {
      await server.stop();
    }
  });

  it('what has no name has to come again when the load is made again', async () => {
    const server = await startC('thread', ['--fault', 'file']);
    try {
      const { report } = await watch(server, [], connecting(server.port, 100));
      assert.deepEqual(
        report.findings.map(({ kind, count }) => [kind, count]),
        [['fd', 100]],
      );
      assert.equal(report.watch?.runs, 4);
    } finally {
      await server.stop();
    }
  });

  it('without a second load such growth is not decided', async () => {
    const server = await startC('thread', ['--fault', 'file']);
    try {
      const { report, status } = await watch(
        server,
        ['--no-confirm', '--strict'],
        connecting(server.port, 30),
      );
      assert.deepEqual([report.verdict, status, report.watch?.runs], ['undecided', 3, 1]);
    } finally {
      await server.stop();
    }
  });

  it('a load that talks to nobody proves nothing', async () => {
    const server = await startC('thread');
    try {
      const { report } = await watch(server, [], ['sleep', '0.2']);
      assert.equal(report.watch?.accepted, 0);
      assert.match(report.summary, /^UNDECIDED .* nobody was seen to connect to the server$/);
    } finally {
      await server.stop();
    }
  });
});

describe('churn watch, without a load of its own', () => {
  it('a socket whose client has gone is held, one whose client lives is in use', async () => {
    const server = await startC('thread', ['--fault', 'no-close', '--every', '2']);
    const watching = beginWatching(['--port', String(server.port), '--settle', '300ms']);
    try {
      await untilWatching(watching.pid);
      const [living, ...clients] = await Promise.all(Array.from({ length: 21 }, () => client(server.port)));
      for (const socket of clients) socket.destroy();
      await sleepUntilGone(server.port, 1 + 10);
      const { report, status } = await watching.end('SIGINT');
      living?.destroy();
      const [finding] = report.findings;
      assert.deepEqual([status, finding?.kind], [1, 'fd'], report.summary);
      assert.ok(finding && finding.count >= 9 && finding.count <= 10, String(finding?.count));
      assert.equal(report.watch?.command, null);
      assert.equal(report.watch?.inUse, 1);
    } finally {
      watching.kill();
      await server.stop();
    }
  });

  it('SIGINT is how watching ends, and the status is that of the verdict', async () => {
    const server = await startC('thread');
    const watching = beginWatching(['--port', String(server.port)]);
    try {
      await untilWatching(watching.pid);
      for (let left = 50; left > 0; left--) (await client(server.port)).destroy();
      const { report, status } = await watching.end('SIGINT');
      assert.deepEqual([status, report.interrupted, report.verdict], [0, false, 'pass']);
    } finally {
      watching.kill();
      await server.stop();
    }
  });
});

describe('churn watch', () => {
  it('says what it cannot start, and starts nothing else', async () => {
    const server = await startC('thread');
    try {
      const port = String(server.port);
      const missing = await ask(['watch', '--port', port, '--', '/nowhere/load']);
      assert.equal(missing.status, 2);
      assert.match(missing.stderr, /There is no program "\/nowhere\/load"/);
      const empty = await ask(['watch', '--port', port, '--']);
      assert.deepEqual([empty.status, /There is no load behind --/.test(empty.stderr)], [2, true]);
    } finally {
      await server.stop();
    }
  });

  it('ends a load that is late, with all of its process group', async () => {
    const server = await startC('thread');
    try {
      const { report } = await watch(
        server,
        ['--duration', '300ms'],
        ['sh', '-c', 'sleep 3017 & sleep 3018'],
      );
      assert.equal(report.watch?.stopped, true);
      assert.deepEqual([...processesOf(['sleep', '3017']), ...processesOf(['sleep', '3018'])], []);
    } finally {
      await server.stop();
    }
  });

  it('ends the load, and tells what it has seen, when it is interrupted itself', async () => {
    const server = await startC('thread');
    const watching = beginWatching(['--port', String(server.port)], ['sleep', '3019']);
    try {
      await untilWatching(watching.pid);
      const { report, status } = await watching.end('SIGINT');
      assert.deepEqual([status, report.interrupted], [130, true]);
      assert.match(report.summary, /^INTERRUPTED {2}watched/);
      assert.deepEqual(processesOf(['sleep', '3019']), []);
    } finally {
      watching.kill();
      await server.stop();
    }
  });

  it('reads gauges before and after the load', async () => {
    const pool = await startPool('lease');
    try {
      const { report } = await watch(
        pool,
        ['--gauge', `${pool.stats}#pools[0].leased`, '--settle', '300ms'],
        connecting(pool.port, 110),
      );
      assert.deepEqual(
        report.findings.map(({ kind, count }) => [kind, count]),
        [['gauge', 40]],
      );
    } finally {
      await pool.stop();
    }
  });
});

function watch(server: Running, options: readonly string[], load: readonly string[]) {
  return churnWatch(['watch', '--port', String(server.port), ...options, '--json', '--', ...load]);
}

async function churnWatch(args: readonly string[]) {
  const outcome = await churn(args);
  return { ...outcome, report: parseReport(outcome.stdout) };
}

function beginWatching(args: readonly string[], load: readonly string[] = []) {
  const behind = load.length > 0 ? ['--', ...load] : [];
  const child = startChurn(['watch', ...args, '--json', ...behind]);
  const said: Buffer[] = [];
  child.stdout.on('data', chunk => said.push(chunk));
  const closed = once(child, 'close');
  return {
    pid: child.pid ?? 0,
    kill: () => child.kill('SIGKILL'),
    end: async (signal: NodeJS.Signals) => {
      child.kill(signal);
      const [status] = await closed;
      return { status, report: parseReport(Buffer.concat(said).toString()) };
    },
  };
}

async function client(port: number) {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

/** Until the server has closed all but so many of its connections. */
async function sleepUntilGone(port: number, left: number): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt++) {
    const { stdout } = await ask(['inspect', '--port', String(port), '--json']);
    const kinds = JSON.parse(stdout).processes[0].fdKinds as Record<string, number>;
    if ((kinds['tcp ESTABLISHED'] ?? 0) + (kinds['tcp CLOSE_WAIT'] ?? 0) <= left) return;
  }
  throw new Error('the server closes nothing');
}
