import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { run } from '../../src/index.js';
import { compileC, launch } from '../servers/launch.js';
import { churn, churnJson } from '../support/churn.js';

/** Files of its own in /mnt, and an absolute link to them, as /var/run is one. */
const OWN_FILES = [
  ...['unshare', '--mount', 'sh', '-c'],
  'mount -t tmpfs none /mnt && mkdir /mnt/run && ln -s /mnt/run /mnt/link && exec "$@"',
  'sh',
];

async function canIsolateOr(test: TestContext): Promise<boolean> {
  const [program = '', ...args] = [...OWN_FILES, 'true'];
  const can = await promisify(execFile)(program, args).then(
    () => true,
    () => false,
  );
  if (!can) test.skip('this user may not make mount namespaces');
  return can;
}

describe('a Unix socket of a server that has files of its own', () => {
  for (const [what, path, faults, verdict] of [
    ['a clean server', '/mnt/run/x.sock', [], 'pass'],
    ['a leaking server', '/mnt/run/x.sock', ['--fault', 'no-close'], 'fail'],
    ['a server behind an absolute link', '/mnt/link/x.sock', [], 'pass'],
  ] as const) {
    it(`${what} is reached by its pid and the path that it sees`, async test => {
      if (!(await canIsolateOr(test))) return;
      const server = await launch([...OWN_FILES, await compileC('poll'), '--unix', path, ...faults]);
      try {
        const args = ['--pid', String(server.pid), '--unix', path, '--cycles', '100', '--settle', '1s'];
        const { report } = await churnJson(args);
        assert.equal(report.verdict, verdict, report.summary);
        assert.deepEqual([report.cycles?.completed, report.cycles?.failed], [100, 0]);
        assert.equal(report.target?.address, `unix:${path}`);
        assert.equal((await run({ pid: server.pid, unix: path, cycles: 10, settle: '1s' })).verdict, verdict);
      } finally {
        await server.stop();
      }
    });
  }

  it('is refused with one sentence where that cannot be', async test => {
    if (!(await canIsolateOr(test))) return;
    const long = `/mnt/run/${'x'.repeat(90)}`;
    const server = await launch([...OWN_FILES, await compileC('poll'), '--unix', long]);
    const other = await launch([...OWN_FILES, await compileC('poll'), '--unix', '/mnt/run/x.sock']);
    const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--'];
    try {
      const pid = String(other.pid);
      const unnamed = await churn(['--unix', '/mnt/run/x.sock']);
      assert.equal(unnamed.status, 2);
      assert.match(unnamed.stderr, /no such file here: it lives in a container.*--pid N --unix \/mnt/s);
      const tooLong = await churn(['--pid', String(server.pid), '--unix', long]);
      assert.equal(tooLong.status, 2);
      assert.match(tooLong.stderr, /has a name of more than 107 bytes/);
      const stranger = await churn(['--pid', pid, '--unix', '/mnt/run/x.sock'], { through: nobody });
      assert.equal(stranger.status, 2);
      assert.match(stranger.stderr, /the files of process \d+ may not be looked at.*sudo/s);
    } finally {
      await server.stop();
      await other.stop();
    }
  });
});
