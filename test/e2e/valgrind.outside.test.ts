import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compileC } from '../servers/launch.js';
import { compileLife } from '../servers/life/compile.js';
import { churnJson } from '../support/churn.js';
import { brand } from '../support/survivors.js';
import { isInstalledProgram } from '../support/watching.js';

const poll = async (...args: string[]) => [await compileC('poll'), '--port', '{port}', ...args];
const life = async (defect: string) => [await compileLife(), defect, '{port}'];

const CASES: ReadonlyArray<
  readonly [what: string, server: () => Promise<string[]>, found: readonly string[], says: RegExp]
> = [
  ['a clean server passes', () => poll(), [], /^$/],
  [
    'a leak of descriptors is named as ever',
    () => poll('--fault', 'no-close', '--every', '10'),
    ['fd'],
    /fds \d+ → \d+ .*on every 10th cycle/,
  ],
  [
    'lost memory is what valgrind says of it',
    () => life('loses-memory'),
    ['sanitizer'],
    /valgrind: definitely lost: [\d,]+ bytes/,
  ],
];

describe('a server under valgrind', () => {
  for (const [what, server, found, says] of CASES) {
    it(what, async test => {
      if (!isInstalledProgram('valgrind') && !process.env['CI'])
        return test.skip('valgrind is not installed');
      const { env, survivors } = brand();
      const options = ['--port', 'auto', '--cycles', '200', '--settle', '2s'];
      const { report, status } = await churnJson([...options, '--', 'valgrind', ...(await server())], {
        env,
      });
      assert.deepEqual(
        report.findings.map(({ kind }) => kind),
        found,
        report.summary,
      );
      assert.equal(status, found.length);
      assert.match(
        report.findings.map(({ title, evidence }) => [title, ...evidence].join('\n')).join(),
        says,
      );
      assert.deepEqual([report.target?.checker, report.cycles?.failed], ['valgrind', 0]);
      assert.equal(report.cycles?.completed, 200);
      assert.deepEqual([report.server?.stopped.how, report.server?.stopped.leftBehind], ['term', []]);
      assert.equal(report.checks.find(({ kind }) => kind === 'memory')?.status, 'not-measured');
      assert.match(report.notes.join('\n'), /runs with valgrind, .* 20\.0 s for a cycle \(--timeout\)/);
      assert.deepEqual(survivors(), []);
    });
  }
});
