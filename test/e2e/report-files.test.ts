import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Running, startC } from '../servers/launch.js';
import { churn, parseReport } from '../support/churn.js';

const folder = mkdtempSync(join(tmpdir(), 'churn-report-files-'));
const inFolder = (name: string) => join(folder, name);
let clean: Running;
let leaking: Running;
before(async () => {
  [clean, leaking] = await Promise.all([startC('poll'), startC('poll', ['--fault', 'no-close'])]);
});
after(async () => {
  await clean.stop();
  await leaking.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A short run against one of them; temporary files go into the folder of this test. */
function judge({ port }: Running, args: readonly string[], through: readonly string[] = []) {
  return churn(['--port', String(port), '--cycles', '50', ...args], { through, env: { TMPDIR: folder } });
}

describe('a report that cannot be written', () => {
  it('is on stdout, and in a temporary file that is named; a fault stays exit 1, all else is exit 2', async () => {
    for (const [server, verdict, expected] of [
      [leaking, 'fail', 1],
      [clean, 'pass', 2],
    ] as const) {
      const { status, stdout, stderr } = await judge(server, ['--save', '/dev/full']);
      assert.equal(status, expected, stdout + stderr);
      assert.match(stdout, verdict === 'fail' ? /FAIL {2}50 cycles/ : /PASS {2}50 cycles, 0 leaks\n/);
      const [, instead = ''] =
        /^churn: the report could not be written to \/dev\/full: the disk is full \(ENOSPC\); it is in (\S+) instead\n$/.exec(
          stderr,
        ) ?? [];
      assert.equal(parseReport(readFileSync(instead, 'utf8')).verdict, verdict);
    }
  });

  it('because a file may hold no more leaves nothing behind and does not change the verdict', async () => {
    const save = inFolder('limited.json');
    const { status, stdout, stderr } = await judge(
      leaking,
      ['--save', save],
      ['prlimit', '--fsize=4096', '--'],
    );
    assert.equal(status, 1, stdout + stderr);
    assert.match(stdout, /FAIL/);
    assert.match(stderr, /could not be written to .*limited\.json: .*\(EFBIG\)/);
    assert.deepEqual(
      readdirSync(folder).filter(name => name.includes('limited') || name.startsWith('.churn')),
      [],
    );
  });

  it('because a sticky folder keeps the file of another user does not cost the report', async test => {
    if (process.getuid?.() !== 0) return test.skip('only root can make a file of somebody else');
    const sticky = mkdtempSync(join(folder, 'sticky-'));
    chmodSync(sticky, 0o1777);
    chownSync(sticky, 12_345, 12_345);
    const save = join(sticky, 'report.json');
    writeFileSync(save, 'old');
    chmodSync(save, 0o666);
    chownSync(save, 12_345, 12_345);
    chmodSync(folder, 0o777);
    // Without the right to ignore owners, root is a user like others.
    const through = ['setpriv', '--bounding-set=-fowner,-chown,-dac_override', '--'];
    const { status, stdout, stderr } = await judge(leaking, ['--save', save], through);
    assert.equal(status, 1, stdout + stderr);
    assert.match(stdout, /FAIL/);
    if (readFileSync(save, 'utf8') === 'old') assert.match(stderr, /report\.json.* instead/);
    else assert.equal(statSync(save).uid, 12_345);
  });

  const SAID = 'churn: stdout was not written to its end: the disk is full (ENOSPC)';
  it('on stdout is said on stderr, and the status is that of the verdict', async () => {
    const args = ['bin/churn.js', '--port', String(leaking.port), '--cycles', '50', '--json'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'] });
    let stderr = '';
    child.stderr?.on('data', text => {
      stderr += text;
    });
    const [status] = await once(child, 'close');
    assert.equal(status, 1);
    // A busy machine takes so long that the progress is told before.
    assert.equal(stderr.trimEnd().split('\n').at(-1), SAID);
  });
});

describe('a file that a report may not go to is refused before the run', () => {
  /** Name, how it is made, the options, what is said. */
  const REFUSED: ReadonlyArray<
    readonly [what: string, make: (file: string) => void, args: (file: string) => string[], says: RegExp]
  > = [
    [
      'a file that is read-only',
      file => {
        writeFileSync(file, '');
        chmodSync(file, 0o444);
      },
      file => ['--save', file],
      /it is read-only\./,
    ],
    [
      'a named pipe that nobody reads',
      file => execFileSync('mkfifo', [file]),
      file => ['--save', file],
      /it is a named pipe that nobody reads\.\nhint: Start the reader first/,
    ],
    ['a name that is too long', () => undefined, file => ['--save', file + 'x'.repeat(250)], /ENAMETOOLONG/],
    [
      'one file by two names',
      file => {
        writeFileSync(file, '');
        symlinkSync(file, `${file}-link`);
      },
      file => ['--save', file, '--reporter', `tap=${file}-link`],
      /Two reports would go to/,
    ],
    [
      'one file that is not there yet, by two names',
      file => symlinkSync(file, `${file}-link`),
      file => ['--save', file, '--reporter', `tap=${file}-link`],
      /Two reports would go to/,
    ],
    [
      'the log of the server',
      () => undefined,
      file => ['--save', file, '--server-log', `${folder}/./${file.slice(folder.length + 1)}`, '--', 'true'],
      /The log of the server and a report would go to/,
    ],
  ];

  for (const [what, make, args, says] of REFUSED) {
    it(what, async () => {
      const file = inFolder(what.replaceAll(' ', '-'));
      make(file);
      const { status, stdout, stderr } = await churn(['--port', '9', ...args(file)]);
      assert.equal(status, 2);
      assert.match(stderr, says);
      assert.match(stderr, /^churn: .+\nhint: .+\n$/);
      assert.equal(stdout, '');
    });
  }
});

describe('a report in place of another file', () => {
  it('keeps its mode, its owner and the link that leads to it', async () => {
    const file = inFolder('kept.json');
    const link = inFolder('latest.json');
    writeFileSync(file, 'old');
    chmodSync(file, 0o600);
    if (process.getuid?.() === 0) chownSync(file, 12_345, 12_345);
    symlinkSync(file, link);
    const old = statSync(file);
    const { status } = await judge(clean, ['--save', link]);
    assert.equal(status, 0);
    parseReport(readFileSync(file, 'utf8'));
    const { mode, uid, gid } = statSync(file);
    assert.deepEqual([mode, uid, gid], [old.mode, old.uid, old.gid]);
    assert.ok(lstatSync(link).isSymbolicLink());
  });

  it('may have a name as long as names may be', async () => {
    const file = inFolder('n'.repeat(255));
    const { status, stderr } = await judge(clean, ['--save', file]);
    assert.equal(status, 0, stderr);
    assert.ok(existsSync(file));
  });

  it('goes whole through a named pipe that somebody reads, also one of more than a pipe holds', async () => {
    const file = inFolder('pipe');
    execFileSync('mkfifo', [file]);
    const reader = spawn('cat', [file], { stdio: ['ignore', 'pipe', 'inherit'] });
    const isRead = once(reader, 'close');
    let text = '';
    reader.stdout.on('data', chunk => {
      text += chunk;
    });
    const { status, stderr } = await judge(leaking, ['--save', file, '--cycles', '5000']);
    await isRead;
    assert.equal(status, 1, stderr);
    assert.ok(text.length > 65_536, String(text.length));
    assert.equal(parseReport(text).verdict, 'fail');
  });
});
