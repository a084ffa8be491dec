import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type LaunchOptions, startC } from '../servers/launch.js';
import { churn, churnJson } from '../support/churn.js';

async function against(
  model: string,
  server: readonly string[],
  args: readonly string[],
  options: LaunchOptions = {},
) {
  const running = await startC(model, server, options);
  try {
    return await churnJson(['--port', String(running.port), ...args]);
  } finally {
    await running.stop();
  }
}

describe('the shape of the load', () => {
  it('a rate is kept, and times count from when a cycle was due', async () => {
    const { report } = await against('epoll', [], ['--rate', '200/s', '--duration', '2s']);
    assert.equal(report.verdict, 'pass');
    const { cycles, latency } = report;
    assert.ok(cycles && cycles.completed >= 300, `${cycles?.completed}`);
    assert.ok(
      cycles.completed <= 0.2 * cycles.durationMs + 10,
      `${cycles.completed} in ${cycles.durationMs} ms`,
    );
    assert.equal(cycles.requested, cycles.completed);
    assert.equal(latency?.since, 'due');
    for (const spread of [latency?.late, latency?.connect]) assert.equal(spread?.count, cycles.completed);
    assert.equal(latency?.reply, null);
  });

  it('a cycle that waited behind a slow one is late by as much', async () => {
    // One at a time, and each takes the server 20 ms: at 200/s four of five come too late.
    const { report } = await against(
      'epoll',
      ['--fault', 'slow-close', '--delay-ms', '20'],
      ['--rate', '200/s', '--cycles', '60', '--concurrency', '1', '--client', 'half', '--warmup', '0'],
    );
    const { late, connect } = report.latency ?? {};
    assert.ok(late && connect);
    assert.ok(late.maxMs >= 300, `the last was due 300 ms in, and began ${late.maxMs} ms late`);
    assert.ok(connect.maxMs >= late.maxMs);
    assert.match(report.notes.join('\n'), /The rate was not kept/);
  });

  it('times are taken where they are asked for, and not else', async () => {
    const asked = await against('epoll', [], ['--latency', '--client', 'reply', '--protocol', 'echo']);
    assert.deepEqual(
      [asked.report.latency?.since, asked.report.latency?.connect?.count, asked.report.latency?.reply?.count],
      ['begun', 1_000, 1_000],
    );
    const plain = await against('epoll', [], ['--cycles', '20']);
    assert.equal(plain.report.latency, null);
  });

  it('a leak is found by the clock as it is by the number', async () => {
    const { report } = await against(
      'poll',
      ['--fault', 'no-close'],
      ['--duration', '500ms', '--rate', '400/s', '--ramp', '250ms'],
    );
    assert.deepEqual(
      report.findings.map(({ kind }) => kind),
      ['fd'],
    );
    assert.equal(
      report.findings[0]?.count,
      10 + (report.cycles?.completed ?? 0) + (report.cycles?.failed ?? 0),
    );
  });
});

describe('held connections', () => {
  for (const model of ['poll', 'epoll', 'thread', 'fork']) {
    it(`${model}: others are served beside silent clients, and all are released`, async () => {
      const { report, status } = await against(model, [], ['--hold', '40', '--cycles', '200']);
      assert.equal(status, 0, report.summary);
      assert.equal(report.clean, true);
      const { hold } = report;
      assert.deepEqual(
        [hold?.opened, hold?.accepted, hold?.othersServed, hold?.forgotten],
        [40, 40, true, 0],
      );
      assert.ok((hold?.perClient.fds ?? 0) >= 1);
      // A child of the warm-up may still be on its way out when the idle server is looked at.
      assert.equal(Math.round(hold?.perClient.processes ?? -1), model === 'fork' ? 1 : 0);
    });
  }

  it('an iterative server: one silent client blocks all others', async () => {
    const { report, status } = await against(
      'iterative',
      [],
      ['--hold', '1', '--cycles', '100', '--timeout', '500ms'],
    );
    assert.equal(status, 1);
    assert.deepEqual(
      report.findings.map(({ kind, title }) => [kind, title]),
      [['hang', 'one silent client blocks all others']],
    );
    assert.equal(report.hold?.othersServed, false);
    assert.equal(report.cycles?.completed, 100);
  });

  it('a pool of threads: as many silent clients block it, though it goes on accepting', async () => {
    const { report } = await against(
      'thread_pool',
      [],
      ['--hold', '20', '--cycles', '1000', '--timeout', '500ms'],
    );
    assert.deepEqual(
      report.findings.map(({ kind, title }) => [kind, title]),
      [['hang', '20 silent clients block all others']],
    );
  });

  it('a request has to be answered for others to count as served', async () => {
    const { report } = await against(
      'epoll',
      [],
      ['--hold', '5', '--cycles', '50', '--send', 'ping', '--expect', 'ping'],
    );
    assert.deepEqual(
      [report.verdict, report.hold?.servedBy, report.hold?.othersServed],
      ['pass', 'answer', true],
    );
  });

  it('others are asked for beside the cycles too, and none of that counts as a cycle', async () => {
    for (const more of [[], ['--send', 'ping', '--expect', 'ping']]) {
      const options = ['--hold', '5', '--cycles', '200', '-c', '8', ...more];
      const { report } = await against('epoll', [], options);
      const rounds = report.rounds.filter(({ phase }) => phase === 'cycles').length;
      assert.ok((report.hold?.probes ?? 0) > rounds + 1, `${report.hold?.probes} probes, ${rounds} rounds`);
      assert.deepEqual([report.verdict, report.cycles?.completed], ['pass', 200]);
      assert.equal(report.cycles?.accepted, report.cycles?.connections);
    }
  });

  for (const [fault, end, finds] of [
    ['no-close', 'fin', /of them were held connections 1 … 20/],
    ['no-close-rst', 'rst', /they were held connections 1 … 20/],
  ] as const) {
    it(`${fault}: forgotten after ${end}, they are told by their numbers`, async () => {
      const { report, status } = await against(
        'poll',
        ['--fault', fault],
        ['--hold', '20', '--hold-end', end, '--cycles', '100'],
      );
      assert.equal(status, 1);
      assert.deepEqual(
        report.findings.map(({ kind }) => kind),
        ['fd'],
      );
      assert.match(report.findings[0]?.evidence.join('\n') ?? '', finds);
      assert.equal(report.hold?.forgotten, 20);
    });
  }

  it('a server at its fd limit is told to be full of silent clients', async () => {
    const { report } = await against('poll', [], ['--hold', '100', '--cycles', '100', '--timeout', '500ms'], {
      openFiles: 64,
    });
    const [finding] = report.findings;
    assert.equal(finding?.kind, 'hang');
    assert.match(
      `${finding?.title}: ${finding?.cause}`,
      /silent clients block all others: they have every descriptor/,
    );
  });

  it('a server that accepts nothing is told to be that, and no clients are held', async () => {
    const { report } = await against(
      'poll',
      ['--fault', 'never-accept'],
      ['--hold', '10', '--cycles', '20', '--timeout', '300ms', '--warmup', '0'],
    );
    assert.deepEqual(
      report.findings.map(({ kind }) => kind),
      ['hang'],
    );
    assert.match(report.findings[0]?.title ?? '', /accepts nothing/);
    assert.deepEqual([report.hold?.opened, report.hold?.othersServed], [0, null]);
  });

  it('ten thousand are held and released', async () => {
    const { report } = await against('epoll', [], ['--hold', '10000', '--cycles', '200'], {
      openFiles: 12_000,
    });
    assert.equal(report.verdict, 'pass', JSON.stringify(report.findings));
    assert.deepEqual(
      [report.hold?.accepted, report.hold?.othersServed, report.hold?.forgotten],
      [10_000, true, 0],
    );
    assert.equal(report.hold?.perClient.fds, 1);
  });

  it('more than churn may have descriptors for is exit 2, with what to type', async () => {
    const { status, stderr } = await churn(['--port', '9', '--hold', '5000'], {
      through: ['prlimit', '--nofile=4000:4000', '--'],
    });
    assert.equal(status, 2);
    assert.match(stderr, /--hold 5000 needs 5257 file descriptors, and churn may have 4000/);
    assert.match(stderr, /ulimit -n 5257/);
  });
});
