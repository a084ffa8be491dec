import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { compileC, launch, startC } from '../servers/launch.js';
import { compileHeadless, compileTurns } from '../servers/life/compile.js';
import { freePort } from '../servers/real/free-port.js';
import { churn, churnJson } from '../support/churn.js';
import { runTrial, shimmed } from '../torture/trial.js';

describe('a server whose first thread has ended', () => {
  for (const [manner, verdict] of [
    ['clean', 'pass'],
    ['leak', 'fail'],
  ] as const) {
    it(`is judged by what its other threads hold: ${manner}`, async () => {
      const server = await launch([await compileHeadless(), manner]);
      try {
        const { report } = await churnJson(['--port', String(server.port), '--cycles', '100']);
        assert.equal(report.verdict, verdict, report.summary);
        assert.equal(report.target?.pids[0], server.pid);
        assert.ok((report.checks.find(({ kind }) => kind === 'fd')?.before ?? 0) > 0);
        if (verdict === 'fail') assert.equal(report.findings[0]?.count, 110);
      } finally {
        await server.stop();
      }
    });
  }
});

describe('two servers that share a port by SO_REUSEPORT', () => {
  it('only the one that was named is judged, and the other one is told', async () => {
    const port = String(await freePort());
    const clean = await startC('reuseport', ['--port', port]);
    const leaking = await startC('reuseport', ['--port', port, '--fault', 'no-close']);
    const judge = (pid: number) =>
      churnJson(['--pid', String(pid), '--port', port, '--cycles', '200', '--budget', '1s']);
    try {
      const ofClean = await judge(clean.pid);
      assert.deepEqual(ofClean.report.findings, [], ofClean.report.summary);
      assert.equal(ofClean.report.verdict, 'pass', ofClean.report.summary);
      // How many connections were its own cannot be told.
      const work = ofClean.report.checks.find(({ kind }) => kind === 'work');
      assert.equal(work?.status, 'not-measured');
      assert.match(ofClean.report.notes.join('\n'), /listens on 127\.0\.0\.1:\d+ too \(SO_REUSEPORT\)/);
      const ofLeaking = await judge(leaking.pid);
      assert.equal(ofLeaking.report.verdict, 'fail');
      const [fd] = ofLeaking.report.findings;
      assert.ok(fd?.kind === 'fd' && fd.count > 0 && fd.count < 210, JSON.stringify(fd?.count));
    } finally {
      await clean.stop();
      await leaking.stop();
    }
  });
});

describe('a server that becomes another one in the middle of a run', () => {
  const reopened = 'the server closed its listening socket and opened another one at the same address';
  const executed =
    'the server executed a program anew in the same process (execve): memory and threads are those of the new one';
  for (const [manner, changes, server] of [
    ['reopen', [reopened], 'same process'],
    ['exec', [executed], 'same pid, program executed anew'],
    ['restart', [executed, reopened], 'same pid, program executed anew'],
  ] as const) {
    it(`is found again, and what happened is told in its order: ${manner}`, async () => {
      const running = await launch([await compileTurns(), manner]);
      try {
        const { stdout } = await churn(['--pid', String(running.pid), '--cycles', '300', '--no-progress']);
        const said = stdout.replaceAll(/\s+/g, ' ');
        assert.ok(said.includes(`In the middle of the run ${changes.join(', and then ')}.`), stdout);
        assert.ok(said.includes(`alive, ${server},`), stdout);
        assert.doesNotMatch(said, /not listen any more|opened once|✖ (?!refused)/);
        isToldOfRefused(said);
      } finally {
        await running.stop();
      }
    });
  }

  it('is found again on a Unix socket, too', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'churn-reopen-'));
    const path = join(folder, 'socket');
    const running = await launch([await compileTurns(), 'reopen', path]);
    try {
      const { stdout } = await churn(['--unix', path, '--cycles', '300', '--no-progress']);
      const said = stdout.replaceAll(/\s+/g, ' ');
      assert.ok(said.includes(`In the middle of the run ${reopened}.`), stdout);
      assert.doesNotMatch(said, /not listen any more|opened once|✖ (?!refused)/);
      isToldOfRefused(said);
    } finally {
      await running.stop();
      rmSync(folder, { recursive: true });
    }
  });

  it('and one that stays what it is is not said to have changed', async () => {
    const server = await startC('poll');
    try {
      const { report } = await churnJson([
        '--port',
        String(server.port),
        '--cycles',
        '200',
        '--budget',
        '1s',
      ]);
      assert.doesNotMatch(report.notes.join('\n'), /In the middle of the run/);
    } finally {
      await server.stop();
    }
  });
});

describe('limits of churn itself', () => {
  it('a server that churn starts may have no more files than churn itself', async () => {
    const binary = await compileC('poll');
    const outer = ['prlimit', '--nofile=4096:8192', '--', 'sh', '-c', 'ulimit -n 512; exec "$@"', 'sh'];
    const { status, stdout, stderr } = await churn(
      ['--port', 'auto', '--cycles', '50', '--', binary, '--port', '{port}'],
      { through: outer },
    );
    assert.equal(status, 0, stdout + stderr);
    assert.match(stdout, /PASS {2}50 cycles, 0 leaks/);
  });

  it('where there is no getconf the memory of the server is read all the same, and nothing is said', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'churn-no-getconf-'));
    symlinkSync('/bin/sh', join(folder, 'sh'));
    const server = await startC('poll');
    try {
      const { status, stdout, stderr } = await churn(
        ['--port', String(server.port), '--cycles', '50', '--no-progress'],
        { env: { PATH: folder } },
      );
      assert.equal(status, 0, stdout);
      assert.equal(stderr, '');
    } finally {
      await server.stop();
      rmSync(folder, { recursive: true });
    }
  });
});

describe('a server that churn starts', () => {
  it('does not outlive a churn that can open nothing any more, nor keep it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'churn-shim-'));
    const log = join(folder, 'log-of-the-server');
    const started = ['--', await compileC('poll'), '--port', '{port}'];
    // The log is opened right before the server is started, and is whole when it listens.
    const env = await shimmed({ call: 'open', nth: 60, error: 'EMFILE', since: 'log-of-the-server' });
    const { wrong, status, stderr } = await runTrial(
      {
        name: 'started',
        args: ['--port', 'auto', '--no-progress', '--server-log', log, ...started],
        may: [2],
      },
      { env },
    );
    const said = readFileSync(log, 'utf8');
    rmSync(folder, { recursive: true });
    assert.match(said, /^ready /, 'the server had been started');
    assert.deepEqual([wrong, status], [undefined, 2], stderr);
  });

  it('whose log fills its disk is judged, and a note says that the log is cut', async test => {
    if (process.getuid?.() !== 0) return test.skip('only root can mount a disk of its own');
    const folder = mkdtempSync(join(tmpdir(), 'churn-small-disk-'));
    const mount = `mount -t tmpfs -o size=64k none ${folder} && exec "$@"`;
    const talks = `head -c 99999 /dev/zero; exec ${await compileC('poll')} --port "$1"`;
    const log = join(folder, 'log');
    try {
      const { status, stdout, stderr } = await churn(
        ['--port', 'auto', '--cycles', '50', '--server-log', log, '--', 'sh', '-c', talks, 'sh', '{port}'],
        { through: ['unshare', '--mount', 'sh', '-c', mount, 'sh'] },
      );
      assert.equal(status, 0, stdout + stderr);
      assert.match(stdout.replaceAll(/\s+/g, ' '), /the disk of \S+log \(--server-log\) is full/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('serve at its own limits', () => {
  it('says so when it has no descriptors for the connections of a client', async () => {
    const { status, stderr } = await churn(
      ['serve', '--', 'curl', '-s', '--max-time', '2', 'http://127.0.0.1:{port}/'],
      { through: ['prlimit', '--nofile=64:64', '--'] },
    );
    assert.equal(status, 2);
    assert.match(stderr, /Somebody connected, but churn may have 64 file descriptors/);
  });
});

/** Those who came in between, if anybody did: a warning under one in a hundred, and told with the cause. */
function isToldOfRefused(said: string): void {
  const [, sign] = /([!✖]) refused/.exec(said) ?? [];
  if (sign === undefined) return;
  const [, failed, all] = /(\d+) of (\d+) connections failed/.exec(said) ?? [];
  assert.equal(sign, 100 * Number(failed) >= Number(all) ? '✖' : '!', said);
  assert.match(said, /who came in between was refused/);
}
