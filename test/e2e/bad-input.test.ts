import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { compileC, launch, startC } from '../servers/launch.js';
import { ask, churn, parseReport } from '../support/churn.js';

const folder = mkdtempSync(join(tmpdir(), 'churn-bad-input-'));
after(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, 'file'), '');

/** Arguments, and what the sentence or the hint must say. */
const CASES: ReadonlyArray<readonly [name: string, args: readonly string[], says: RegExp]> = [
  ['port 0', ['--port', '0'], /--port expects a whole number from 1 to 65535, got "0"/],
  ['port 70000', ['--port', '70000'], /from 1 to 65535, got "70000"/],
  ['a port that is a word', ['--port', 'abc'], /got "abc"/],
  ['an empty port', ['--port', ''], /got ""/],
  ['no cycles', ['--port', '9', '--cycles', '0'], /--cycles expects a whole number from 1/],
  ['fewer than no cycles', ['--port', '9', '--cycles', '-1'], /got "-1"/],
  ['cycles with an exponent', ['--port', '9', '--cycles', '1e9'], /got "1e9"/],
  ['too many cycles', ['--port', '9', '--cycles', '1000000000'], /to 100000000, got/],
  ['half a cycle', ['--port', '9', '--cycles', '1.5'], /got "1.5"/],
  [
    'a time without a unit',
    ['--port', '9', '--timeout', '5'],
    /--timeout expects a time.*A time has a unit/s,
  ],
  ['no server at all', [], /No server was named.*churn 9000, churn http:/s],
  ['nothing that listens', ['--port', '9'], /Nothing listens on port 9 of this machine/],
  ['a pid that is gone', ['--pid', '4194304'], /There is no process 4194304/],
  ['an unknown option', ['--prot', '9'], /Unknown option '--prot'.*Did you mean --port/s],
  ['an unknown command', ['inspct', '--port', '9'], /Unknown command 'inspct'.*Did you mean inspect/s],
  ['an option without its value', ['--port'], /argument missing/],
  ['a word too many', ['run', '9000', '9001'], /Too many arguments for 'run'.*stands behind --/s],
  [
    'a word that is no server',
    ['run', 'server'],
    /A server is named by its port, address or URL, got "server"/,
  ],
  ['a host alone', ['localhost'], /Unknown command 'localhost'.*churn localhost:9000/s],
  [
    'a server to start without --',
    ['-p', '9000', './server'],
    /--port names the server already.*churn --port 9000 -- \.\/server/s,
  ],
  ['a URL of something else', ['ftp://localhost/'], /ftp:\/\/, which churn does not speak/],
  ['a header without a colon', ['http://localhost:9/', '--header', 'x'], /--header expects "Name: value"/],
  [
    'a request without its end',
    ['9', '--send', 'GET / HTTP/1.1\\r\\n'],
    /without the empty line that ends its head/,
  ],
  [
    'a server that nobody starts',
    ['9', '--wait-for', '100ms'],
    /Nothing listens on port 9 .*waited for 0\.10 s/s,
  ],
  [
    'an unknown reporter',
    ['--port', '9', '--reporter', 'xml'],
    /--reporter expects one of text, json, junit, tap, markdown, github, html, svg, got "xml"/,
  ],
  ['an unknown client', ['--port', '9', '--client', 'rude'], /--client expects one of fin/],
  ['an unknown kind', ['--port', '9', '--fail-on', 'fds'], /--fail-on expects a kind of finding, got "fds"/],
  [
    'two reports in one file',
    ['--port', '9', '--save', 'a', '--reporter', 'tap=./a'],
    /Two reports would go to/,
  ],
  ['two reporters on stdout', ['--port', '9', '--reporter', 'text', '--json'], /Two reporters want stdout/],
  [
    'a report into a folder that is missing',
    ['--port', '9', '--reporter', 'json=/nowhere/x'],
    /cannot be written/,
  ],
  ['a host of another machine', ['--port', '9', '--host', '192.0.2.1'], /not an address of this machine/],
  ['a host that does not resolve', ['--port', '9', '--host', 'nowhere.invalid'], /does not resolve/],
  ['a Unix path that is missing', ['--unix', join(folder, 'nothing')], /There is no Unix socket/],
  ['an abstract Unix socket', ['--unix', '@server'], /Nothing listens on the abstract Unix socket @server/],
  ['a Unix path that is no socket', ['--unix', join(folder, 'file')], /is a file, not a Unix socket/],
  ['a port and a Unix path', ['--port', '9', '--unix', '/x'], /two different servers/],
  ['a proxy without a pid', ['--port', '9', '--behind-proxy'], /--behind-proxy needs the pid/],
];

describe('bad input gets a sentence, a hint and exit 2', () => {
  for (const [name, args, says] of CASES) {
    it(name, async () => {
      const { status, stdout, stderr } = await ask(args);
      assert.equal(status, 2);
      assert.match(stderr, says);
      assert.match(stderr, /^churn: .+\nhint: .+\n$/, 'two lines and no stack');
      if (!args.includes('--json')) assert.equal(stdout, '');
      assert.doesNotMatch(stdout + stderr, /0 leak|no leak/);
    });
  }

  it('so few descriptors that nothing can be loaded, or a little more, is never a word about the server', async () => {
    const server = await startC('poll');
    try {
      for (let openFiles = 20; openFiles < 48; openFiles += 3) {
        const through = ['prlimit', `--nofile=${openFiles}:${openFiles}`, '--'];
        const { status, stderr } = await churn(['--port', String(server.port), '--cycles', '50'], {
          through,
        });
        if (status === 0) continue;
        assert.equal(status, 2, `${openFiles}: ${stderr}`);
        assert.match(stderr, /^churn: .*EMFILE.*\nhint: .+\n$/, String(openFiles));
      }
    } finally {
      await server.stop();
    }
  });

  it('with --json it is one object with the verdict "error"', async () => {
    const { status, stdout } = await churn(['--port', '9', '--json']);
    const report = parseReport(stdout);
    assert.equal(status, 2);
    assert.equal(report.verdict, 'error');
    assert.equal(report.error?.code, 'nothing-listens');
  });

  it('a pid that does not serve the port is told, unless it is said to stand behind a proxy', async () => {
    const front = await startC('poll');
    const behind = await startC('poll');
    try {
      const wrong = await churn(['--port', String(front.port), '--pid', String(behind.pid)]);
      assert.equal(wrong.status, 2);
      assert.match(wrong.stderr, /does not listen on 127\.0\.0\.1:\d+\.\nhint: .*--behind-proxy/);
      const meant = await churn([
        '--port',
        String(front.port),
        '--pid',
        String(behind.pid),
        '--behind-proxy',
      ]);
      assert.equal(meant.status, 0, meant.stdout + meant.stderr);
      assert.match(meant.stdout, new RegExp(`pid ${behind.pid} was judged behind whatever listens`));
    } finally {
      await front.stop();
      await behind.stop();
    }
  });

  it('a server of another user cannot be read without rights, and sudo is what to type', async test => {
    if (process.getuid?.() !== 0) return test.skip('only root can drop rights');
    const server = await startC('poll');
    try {
      // The checkout itself may lie where others cannot read: a copy that they can.
      const copy = mkdtempSync(join(tmpdir(), 'churn-copy-'));
      execFileSync('cp', ['-r', 'bin', 'dist', 'package.json', copy]);
      execFileSync('chmod', ['-R', 'a+rX', copy]);
      const dropped = ['--reuid=65534', '--regid=65534', '--clear-groups', '--'];
      const args = [...dropped, process.execPath, join(copy, 'bin/churn.js'), '--port', String(server.port)];
      const run = await new Promise<string>(resolve =>
        execFile('setpriv', args, (error, stdout, stderr) => resolve(`${error?.code} ${stdout}${stderr}`)),
      );
      rmSync(copy, { recursive: true, force: true });
      assert.match(
        run,
        /^2 churn: .*belongs to another user.*\nhint: Run (the same command with sudo|churn as root with CAP_SYS_PTRACE)/s,
      );
    } finally {
      await server.stop();
    }
  });

  it('root without CAP_SYS_PTRACE judges no server that has changed its user', async test => {
    if (process.getuid?.() !== 0) return test.skip('only root can drop rights');
    const binary = await compileC('poll');
    execFileSync('chmod', ['a+rx', binary, dirname(binary)]);
    const server = await launch([
      'setpriv',
      '--reuid=65534',
      '--regid=65534',
      '--clear-groups',
      '--',
      binary,
    ]);
    try {
      const args = ['--bounding-set=-sys_ptrace', '--', process.execPath, 'bin/churn.js'];
      const run = await new Promise<string>(resolve =>
        execFile('setpriv', [...args, '--port', String(server.port)], (error, stdout, stderr) =>
          resolve(`${error?.code} ${stdout}${stderr}`),
        ),
      );
      assert.match(run, /^2 churn: .*\nhint: Run churn with CAP_SYS_PTRACE/s);
    } finally {
      await server.stop();
    }
  });
});
