import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { launch } from '../servers/launch.js';
import { compileLate } from '../servers/life/compile.js';
import { churnJson } from '../support/churn.js';

const SERVERS = new URL('../../../test/servers/', import.meta.url).pathname;
const late = async (...args: readonly string[]) => [await compileLate(), ...args];

/** Servers that close after a time of their own. Each has a twin that forgets what it held then. */
const CLOSERS: ReadonlyArray<
  readonly [what: string, command: () => Promise<readonly string[]>, leaks: RegExp]
> = [
  ['a thread for each connection that asks somebody for 5 s', () => late('thread', '5'), /fd|thread/],
  ['a child for each connection that looks up a name for 8 s', () => late('child', '8'), /fd|child/],
  [
    'a registration that must come within 8 s',
    async () => ['python3', `${SERVERS}python/late_closer.py`, '8'],
    /fd/,
  ],
  [
    'a timer of Node for each connection, of 10 s',
    async () => ['node', `${SERVERS}node/late-closer.mjs`, '10'],
    /fd/,
  ],
  ['a loop that counts 10 s in ticks of one', () => late('tick', '10'), /fd/],
  ['one that counts 6 s whenever accept() has been in vain', () => late('accept', '6'), /fd/],
];

describe('a server that closes late', { concurrency: 6 }, () => {
  for (const [what, command, kinds] of CLOSERS) {
    it(`is not accused: ${what}`, async () => {
      const report = await judge(await command());
      assert.deepEqual(report.findings, []);
      // It has hardly a moment of rest in which that could be read, or counted.
      const atRest = report.checks.filter(({ kind }) => kind !== 'memory' && kind !== 'mapping');
      assert.deepEqual(
        atRest.filter(({ status }) => status !== 'pass' && status !== 'not-measured'),
        [],
        report.summary,
      );
      assert.match(report.notes.join('\n'), /Closed late, after/);
    });

    it(`is told from one that leaks: ${what}`, async () => {
      const report = await judge([...(await command()), '--leak']);
      assert.equal(report.verdict, 'fail', report.summary);
      for (const { kind } of report.findings) assert.match(kind, kinds);
    });
  }
});

/** A few cycles are enough, and leave the time to the waiting. */
async function judge(command: readonly string[]) {
  const server = await launch(command);
  try {
    const { report } = await churnJson(['--port', String(server.port), '--cycles', '100']);
    return report;
  } finally {
    await server.stop();
  }
}
