import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startC } from '../servers/launch.js';
import { ask, churnJson } from '../support/churn.js';

const ANNOUNCED = '/Phase started: (\\S+)/';

/**
 * A load of phases, each a client that connects one connection after the other, for as long as a busy machine needs to
 * look at the server several times: one that was looked at once is undecided.
 */
function load(port: number, phases: readonly (readonly [name: string, client: string])[]): string[] {
  const module = fileURLToPath(new URL('../../src/library/cycle.js', import.meta.url));
  const script = `
    import { openCycle } from ${JSON.stringify(module)};
    for (const [name, client] of ${JSON.stringify(phases)}) {
      console.log('Phase started: ' + name + ' (index: 0)');
      const until = Date.now() + 7_000;
      while (Date.now() < until) {
        await openCycle('127.0.0.1:${port}', client);
        await new Promise(resolve => setTimeout(resolve, 5));
      }
    }`;
  return [process.execPath, '--input-type=module', '-e', script];
}

describe('churn watch --stage', () => {
  it('names the phase that left something behind, and no other', async () => {
    const server = await startC('epoll', ['--fault', 'no-close-eof']);
    try {
      const { report, stderr } = await churnJson([
        ...['watch', '--port', String(server.port), '--stage', ANNOUNCED, '--no-confirm', '--'],
        ...load(server.port, [
          ['reset', 'rst'],
          ['close', 'fin'],
        ]),
      ]);
      assert.equal(report.verdict, 'fail', report.summary);
      assert.deepEqual(
        report.stages?.map(({ name, status }) => [name, status]),
        [
          ['reset', 'pass'],
          ['close', 'fail'],
        ],
      );
      const [, close] = report.stages ?? [];
      assert.equal(close?.kept, report.findings[0]?.count);
      assert.equal(report.sentence, 'what is kept came during close');
      assert.match(stderr, /^Phase started: reset \(index: 0\)$/m, 'what the load prints is shown');
    } finally {
      await server.stop();
    }
  });

  it('says at the end that no line announced a phase', async () => {
    const server = await startC('epoll');
    try {
      const { report } = await churnJson([
        ...['watch', '--port', String(server.port), '--stage', '/Stage (\\d+)/', '--no-confirm', '--'],
        ...load(server.port, [['fin', 'fin']]),
      ]);
      assert.deepEqual([report.verdict, report.stages, report.sentence], ['pass', [], undefined]);
      assert.match(
        report.notes.join('\n'),
        /--stage \/Stage \(\\d\+\)\/ matched none of the 1 line that the load printed/,
      );
    } finally {
      await server.stop();
    }
  });

  for (const [what, args, sentence] of [
    ['a pattern that is none', ['--stage', '/(/', '--', 'true'], /--stage \/\(\/ is no regular expression/],
    ['no load', ['--stage', ANNOUNCED, '--duration', '1s'], /--stage reads what a load prints/],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const { status, stderr } = await ask(['watch', '--port', '9', ...args]);
      assert.equal(status, 2);
      assert.match(stderr, sentence);
    });
  }
});
