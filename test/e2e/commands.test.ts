import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, it } from 'node:test';
import { startC } from '../servers/launch.js';
import { ask, churn, churnJson, parseInspection, startChurn } from '../support/churn.js';

describe('the commands', () => {
  it('inspect tells who listens and what it holds, without a connection', async () => {
    const server = await startC('prefork');
    try {
      const { stdout, status } = await churn(['inspect', '--port', String(server.port)]);
      assert.equal(status, 0);
      assert.match(stdout, /listens on {2}127\.0\.0\.1:\d+/);
      assert.match(stdout, new RegExp(`pid ${server.pid} {2}prefork`));
      assert.match(stdout, /└ pid \d+ {2}prefork/);
      assert.match(stdout, /1 tcp LISTEN/);
      const json = parseInspection((await ask(['inspect', '--port', String(server.port), '--json'])).stdout);
      assert.equal(json.processes.length, 3);
    } finally {
      await server.stop();
    }
  });

  it('inspect --watch has a line for each look, with what has grown and when the limit comes, until Ctrl-C', async () => {
    const server = await startC('poll', ['--fault', 'no-close']);
    const watch = startChurn(['inspect', String(server.port), '--watch', '100ms']);
    try {
      let said = '';
      watch.stdout.on('data', chunk => {
        said += chunk;
        // A connection that is forgotten, after each look.
        connect(server.port, '127.0.0.1').on('connect', function (this: Socket) {
          this.destroy();
        });
        if (/limit in/.test(said)) watch.kill('SIGINT');
      });
      const [code] = await once(watch, 'close');
      assert.equal(code, 130);
      assert.match(
        said,
        /^\d\d:\d\d:\d\d {2}fds \d+ \(\d+ %\) {2}\+\S+\/min {2}limit in .+ {2}threads 1 {2}.+ {2}\d+ CLOSE_WAIT$/m,
      );
    } finally {
      watch.kill('SIGKILL');
      await server.stop();
    }
  });

  it('--help, --version and the help of a command exit 0', async () => {
    for (const args of [
      ['--help'],
      ['-h'],
      ['run', '--help'],
      ['inspect', '--help'],
      ['--version'],
      ['-V'],
    ]) {
      const { status, stdout, stderr } = await ask(args);
      assert.equal(status, 0, args.join(' '));
      assert.notEqual(stdout, '');
      assert.equal(stderr, '');
    }
  });
});

describe('the output', () => {
  it('of a clean run ends in the proof, in a pipe without any escape code', async () => {
    const server = await startC('poll');
    try {
      const { stdout, stderr, status } = await churn(['--port', String(server.port)]);
      assert.equal(status, 0);
      assert.equal(stderr, '', 'no progress outside of a terminal');
      assert.match(stdout, /^PASS {2}1000 cycles, 0 leaks$/m);
      assert.doesNotMatch(stdout, /\u001b/);
    } finally {
      await server.stop();
    }
  });

  it('of a leaking run never contains the proof', async () => {
    const server = await startC('poll', ['--fault', 'no-close', '--every', '100']);
    try {
      const args = ['--port', String(server.port), '--cycles', '990', '--settle', '300ms', '--no-confirm'];
      const { stdout, stderr, status } = await churn(args);
      assert.equal(status, 1);
      assert.match(stdout, /^FAIL {2}990 cycles, leaked file descriptors: 10$/m);
      assert.doesNotMatch(stdout + stderr, /0 leak|no leak/);
    } finally {
      await server.stop();
    }
  });

  it('of a run that passes by --allow has no proof line', async () => {
    const server = await startC('poll', ['--fault', 'no-close', '--every', '100']);
    try {
      const args = ['--port', String(server.port), '--allow', 'fd=10', '--no-confirm'];
      const { stdout, status } = await churn(args);
      assert.equal(status, 0);
      assert.match(stdout, /^PASS {2}1000 cycles, allowed: fd 10$/m);
      assert.doesNotMatch(stdout, /0 leak|no leak/);
    } finally {
      await server.stop();
    }
  });

  it('--strict exits 3 when something is undecided', async () => {
    const server = await startC('poll', ['--fault', 'file', '--every', '100']);
    try {
      const args = ['--port', String(server.port), '--no-confirm', '--strict'];
      const { report, stdout, status } = await churnJson(args);
      assert.deepEqual([report.verdict, status], ['undecided', 3]);
      assert.doesNotMatch(stdout, /0 leak|no leak/);
    } finally {
      await server.stop();
    }
  });
});
