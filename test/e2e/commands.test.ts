import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { launch, startC } from '../servers/launch.js';
import { churn, churnJson, parseInspection, parseReport } from '../support/churn.js';

describe('the commands', () => {
  it('demo judges both of its servers as it must, and exits 0', async () => {
    const { status, stdout, stderr } = await churn(['demo']);
    assert.equal(status, 0, stdout + stderr);
    assert.match(stdout, /^PASS {2}1000 cycles, 0 leaks$/m);
    assert.match(stdout, /^FAIL {2}1000 cycles, leaked file descriptors: 1010$/m);
  });

  it('inspect tells who listens and what it holds, without a connection', async () => {
    const server = await startC('prefork');
    try {
      const { stdout, status } = await churn(['inspect', '--port', String(server.port)]);
      assert.equal(status, 0);
      assert.match(stdout, /listens on {2}127\.0\.0\.1:\d+/);
      assert.match(stdout, new RegExp(`pid ${server.pid} {2}prefork`));
      assert.match(stdout, /└ pid \d+ {2}prefork/);
      assert.match(stdout, /1 tcp LISTEN/);
      const json = parseInspection(
        (await churn(['inspect', '--port', String(server.port), '--json'])).stdout,
      );
      assert.equal(json.processes.length, 3);
    } finally {
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
      const { status, stdout, stderr } = await churn(args);
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
      for (const cycles of [10, 100, 1000]) {
        const { stdout, stderr, status } = await churn([
          '--port',
          String(server.port),
          '--cycles',
          String(cycles),
        ]);
        assert.equal(status, 0);
        assert.equal(stderr, '', 'no progress outside of a terminal');
        assert.match(stdout, new RegExp(`^PASS {2}${cycles} cycles, 0 leaks$`, 'm'));
        assert.doesNotMatch(stdout, /\u001b/);
      }
    } finally {
      await server.stop();
    }
  });

  it('of leaking runs never contains the proof, whatever the number', async () => {
    for (const [every, ...format] of [['100'], ['10', '--quiet'], ['1', '--json']] as const) {
      const server = await startC('poll', ['--fault', 'no-close', '--every', every]);
      try {
        const args = ['--port', String(server.port), '--cycles', '990', '--settle', '300ms', '--no-confirm'];
        const { stdout, stderr, status } = await churn([...args, ...format]);
        assert.equal(status, 1);
        assert.doesNotMatch(stdout + stderr, /0 leak|no leak/);
      } finally {
        await server.stop();
      }
    }
  });

  it('--quiet is one line that begins with churn', async () => {
    const server = await startC('poll');
    try {
      const { stdout } = await churn(['--port', String(server.port), '--quiet']);
      assert.match(stdout, /^churn 127\.0\.0\.1:\d+: PASS {2}1000 cycles, 0 leaks\n$/);
    } finally {
      await server.stop();
    }
  });

  it('goes to a file whole, and to stdout as text beside it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'churn-report-'));
    const server = await startC('poll');
    try {
      const file = join(folder, 'report.json');
      const { stdout } = await churn([
        '--port',
        String(server.port),
        '--cycles',
        '100',
        '--reporter',
        `json=${file}`,
      ]);
      assert.match(stdout, /^PASS/m);
      assert.equal(parseReport(readFileSync(file, 'utf8')).verdict, 'pass');
      assert.deepEqual(readdirSync(folder), ['report.json']);
    } finally {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('goes to a pipe without taking its place', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'churn-report-'));
    const server = await startC('poll');
    try {
      const pipe = join(folder, 'pipe');
      execFileSync('mkfifo', [pipe]);
      const read = promisify(execFile)('cat', [pipe]);
      await churn(['--port', String(server.port), '--cycles', '10', '--save', pipe]);
      assert.ok(statSync(pipe).isFIFO());
      assert.equal(parseReport((await read).stdout).verdict, 'pass');
    } finally {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('has colour where FORCE_COLOR asks for it, and none where NO_COLOR or --no-color forbids it', async () => {
    const server = await startC('poll');
    const args = ['--port', String(server.port), '--cycles', '10'];
    try {
      const escapes = async (env: Record<string, string>, more: readonly string[] = []) =>
        (await churn([...args, ...more], { env })).stdout.includes('\u001b[');
      assert.equal(await escapes({ FORCE_COLOR: '1' }), true);
      assert.equal(await escapes({ FORCE_COLOR: '1', NO_COLOR: '1' }), true, 'FORCE_COLOR wins');
      assert.equal(await escapes({ NO_COLOR: '1' }), false);
      assert.equal(await escapes({}, ['--no-color']), false);
    } finally {
      await server.stop();
    }
  });

  it('a run that passes by --allow has no proof line', async () => {
    const server = await startC('poll', ['--fault', 'no-close', '--every', '100']);
    try {
      for (const rule of [
        ['--allow', 'fd=10'],
        ['--fail-on', 'memory,crash'],
      ]) {
        const { stdout, status } = await churn(['--port', String(server.port), ...rule]);
        assert.equal(status, 0);
        assert.match(stdout, /^PASS {2}1000 cycles, allowed: fd 10$/m);
        assert.doesNotMatch(stdout, /0 leak|no leak/);
      }
      const tooMany = await churn(['--port', String(server.port), '--allow', 'fd=9']);
      assert.equal(tooMany.status, 1);
    } finally {
      await server.stop();
    }
  });

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

  it('--strict exits 3 when something is undecided', async () => {
    const server = await startC('poll', ['--fault', 'file', '--every', '100']);
    try {
      const args = ['--port', String(server.port), '--no-confirm'];
      const lenient = await churnJson(args);
      assert.deepEqual([lenient.report.verdict, lenient.status], ['undecided', 0]);
      assert.doesNotMatch(lenient.stdout, /0 leak|no leak/);
      assert.equal((await churn([...args, '--strict'])).status, 3);
    } finally {
      await server.stop();
    }
  });
});
