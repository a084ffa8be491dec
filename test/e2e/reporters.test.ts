import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { REPORTER_NAMES } from '../../src/report/registry.js';
import { startC } from '../servers/launch.js';
import { ask, churn, parseReport } from '../support/churn.js';

const folder = mkdtempSync(join(tmpdir(), 'churn-reporters-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const path = (name: string) => join(folder, name);
const read = (name: string) => readFileSync(path(name), 'utf8');

/** A run that writes every format there is, and the report that the others are drawn from. */
async function runAll(name: string, args: readonly string[]) {
  const server = await startC('poll', args);
  try {
    const reporters = REPORTER_NAMES.flatMap(reporter => [
      '--reporter',
      `${reporter}=${path(`${name}.${reporter}`)}`,
    ]);
    return await churn(['--port', String(server.port), '--save', path(`${name}.saved`), ...reporters]);
  } finally {
    await server.stop();
  }
}

describe('render', () => {
  for (const [name, args, status] of [
    ['clean', [], 0],
    ['leak', ['--fault', 'no-close', '--every', '10'], 1],
  ] as const) {
    it(`draws the saved report of a ${name} run as the run did, byte for byte, in every format`, async () => {
      const ran = await runAll(name, args);
      assert.equal(ran.status, status, ran.stderr);
      for (const reporter of REPORTER_NAMES) {
        const file = path(`${name}.again`);
        const again = await ask(['render', path(`${name}.saved`), '--reporter', `${reporter}=${file}`]);
        assert.equal(again.status, status);
        assert.equal(again.stdout, ran.stdout);
        assert.equal(read(`${name}.again`), read(`${name}.${reporter}`), reporter);
      }
      assert.equal((await ask(['render', path(`${name}.saved`), '--json'])).stdout, read(`${name}.json`));
    });
  }

  const saved = path('clean.saved');

  it('--quiet is one line that begins with churn', async () => {
    const { stdout } = await ask(['render', saved, '--quiet']);
    assert.match(stdout, /^churn 127\.0\.0\.1:\d+: PASS {2}1000 cycles, 0 leaks\n$/);
  });

  it('has colour where FORCE_COLOR asks for it, and none where NO_COLOR or --no-color forbids it', async () => {
    const isColoured = async (env: Record<string, string>, ...more: string[]) =>
      (await ask(['render', saved, ...more], env)).stdout.includes('\u001b[');
    assert.equal(await isColoured({ FORCE_COLOR: '1' }), true);
    assert.equal(await isColoured({ FORCE_COLOR: '1', NO_COLOR: '1' }), true, 'FORCE_COLOR wins');
    assert.equal(await isColoured({ NO_COLOR: '1' }), false);
    assert.equal(await isColoured({}, '--no-color'), false);
  });

  it('writes a file whole and leaves nothing beside it, or into a pipe without taking its place', async () => {
    const own = mkdtempSync(join(folder, 'own-'));
    const file = join(own, 'report.json');
    assert.match((await ask(['render', saved, '--reporter', `json=${file}`])).stdout, /^PASS/m);
    assert.equal(parseReport(readFileSync(file, 'utf8')).verdict, 'pass');
    const pipe = join(own, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const piped = promisify(execFile)('cat', [pipe]);
    await ask(['render', saved, '--reporter', `json=${pipe}`]);
    assert.ok(statSync(pipe).isFIFO());
    assert.equal(parseReport((await piped).stdout).verdict, 'pass');
    assert.deepEqual(readdirSync(own).sort(), ['pipe', 'report.json']);
  });

  it('exits 2 with a reason when the file is missing or no report', async () => {
    writeFileSync(path('other.json'), '{}');
    for (const [file, reason] of [
      ['missing.json', /cannot be read: ENOENT/],
      ['other.json', /is no report of churn: it has no schemaVersion/],
    ] as const) {
      const { status, stderr, stdout } = await ask(['render', path(file)]);
      assert.deepEqual([status, stdout], [2, '']);
      assert.match(stderr, reason);
    }
  });
});

describe('compare', () => {
  it('exits 1 when a leak is new, 0 when it is gone, 2 when a report is none', async () => {
    const compare = (...args: string[]) => ask(['compare', ...args]);
    const worse = await compare(path('clean.saved'), path('leak.saved'));
    assert.equal(worse.status, 1);
    assert.match(worse.stdout, /✖ new {6}fd .*\n(.*\n)*WORSE {2}pass → fail, new: fd\n$/);
    const better = await compare(path('leak.saved'), path('clean.saved'), '--json');
    assert.equal(better.status, 0);
    assert.deepEqual(JSON.parse(better.stdout).findings[0].change, 'gone');
    const markdown = path('compared.md');
    await compare(path('clean.saved'), path('leak.saved'), '--reporter', `markdown=${markdown}`);
    assert.match(read('compared.md'), /^- \*\*new\*\* fd: /m);
    assert.equal((await compare(path('clean.saved'), path('clean.text'))).status, 2);
    assert.doesNotMatch(worse.stdout + better.stdout, /0 leak|no leak/);
  });
});

describe('in a job of GitHub Actions', () => {
  const summary = path('summary.md');
  const env = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary };

  it('the report goes to the log with annotations, and to the end of the summary', async () => {
    const server = await startC('poll', ['--fault', 'no-close']);
    try {
      writeFileSync(summary, '# Before\n');
      const { stdout, status } = await churn(['--port', String(server.port), '--no-confirm'], { env });
      assert.equal(status, 1);
      assert.match(stdout, /^FAIL {2}1000 cycles, leaked file descriptors: 1010$/m);
      assert.match(stdout, /^::error title=churn fd%3A fds 4 → 1014 [^:]*::1010 × TCP socket in CLOSE_WAIT/m);
      assert.match(read('summary.md'), /^# Before\n## FAIL {2}1000 cycles/);
      const json = await ask(['render', path('leak.saved'), '--json'], env);
      assert.equal(parseReport(json.stdout).verdict, 'fail', 'nothing but the object goes to stdout');
    } finally {
      await server.stop();
    }
  });

  it('what cannot be tested is an error beside the job too', async () => {
    const { stdout, status } = await ask(['--port', '9'], env);
    assert.equal(status, 2);
    assert.match(stdout, /^::error title=churn could not test::/);
  });

  it('a summary that is full stays as it is, and that is said', async () => {
    truncateSync(summary, 1_048_400);
    const { stderr, status } = await ask(['render', path('clean.saved')], env);
    assert.equal(status, 0);
    assert.match(stderr, /the summary of this step is full/);
    assert.equal(statSync(summary).size, 1_048_400);
  });
});

describe('a file for a CI server', () => {
  it('says that nothing could be tested, and nothing is left beside it', async () => {
    const before = readdirSync(folder).length;
    const { status } = await ask(['--port', '9', '--reporter', `junit=${path('failed.xml')}`]);
    assert.equal(status, 2);
    assert.match(read('failed.xml'), /tests="1" failures="0" errors="1"/);
    assert.equal(readdirSync(folder).length, before + 1);
  });
});
