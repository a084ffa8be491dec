import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Running, startC } from '../servers/launch.js';
import { churn, parseReport, startChurn } from '../support/churn.js';

const BIN = fileURLToPath(new URL('../../../bin/churn.js', import.meta.url));
const nowhere = mkdtempSync(join(tmpdir(), 'churn-no-ss-'));
process.on('exit', () => rmSync(nowhere, { recursive: true, force: true }));

const CASES: ReadonlyArray<
  readonly [
    what: string,
    faults: readonly string[],
    cycles: number,
    path: string | undefined,
    verdict: string,
    acceptedBy: string,
  ]
> = [
  ['a clean server passes', [], 300, undefined, 'pass', 'server'],
  [
    'one that leaks a file now and then fails',
    ['--fault', 'file', '--every', '3'],
    80,
    undefined,
    'fail',
    'server',
  ],
  ['one that nobody talked to is not decided', [], 0, undefined, 'undecided', 'server'],
  ['without ss one that leaks fails, too', ['--fault', 'no-close'], 80, nowhere, 'fail', 'machine'],
  ['without ss one that nobody talked to is not decided', [], 0, nowhere, 'undecided', 'server-at-least'],
];

describe('beside a neighbour that accepts thousands of connections', () => {
  for (const [what, faults, cycles, path, verdict, acceptedBy] of CASES) {
    it(what, () =>
      withNeighbour(async () => {
        const server = await startC('poll', faults);
        try {
          const load = cycles === 0 ? ['-e', ''] : churning(server.port, cycles);
          const { report, status } = await watched(server, [process.execPath, ...load], path);
          assert.equal(report.verdict, verdict, report.summary);
          assert.equal(report.watch?.acceptedBy, acceptedBy);
          assert.equal(status, verdict === 'fail' ? 1 : 0);
          // 10 to warm up; a load that reports a leak makes some more to name it.
          const { accepted = 0 } = report.watch ?? {};
          if (acceptedBy === 'server') assert.equal(accepted, cycles === 0 ? 0 : cycles + 10);
          if (acceptedBy === 'machine') assert.equal(memoryOf(report), 'not-measured');
        } finally {
          await server.stop();
        }
      }),
    );
  }

  it('a connection that stays open counts, and one that was there before does not', () =>
    withNeighbour(async () => {
      const server = await startC('thread');
      try {
        const script = `const { connect } = require('node:net');
          connect(${server.port}, '127.0.0.1', () => connect(${server.port}, '127.0.0.1', () => process.exit()));`;
        const { report } = await watched(server, [process.execPath, '-e', script]);
        assert.equal(report.watch?.accepted, 2);
      } finally {
        await server.stop();
      }
    }));
});

function memoryOf({ checks }: ReturnType<typeof parseReport>) {
  return checks.find(({ kind }) => kind === 'memory')?.status;
}

function churning(port: number, cycles: number): string[] {
  return [BIN, '--port', String(port), '--cycles', String(cycles), '--no-confirm', '--quiet'];
}

async function watched({ port }: Running, load: readonly string[], path?: string) {
  const args = ['watch', '--port', String(port), '--settle', '1s', '--json', '--', ...load];
  const outcome = await churn(args, path === undefined ? {} : { env: { ...process.env, PATH: path } });
  return { ...outcome, report: parseReport(outcome.stdout) };
}

/** Another server, which another churn keeps busy meanwhile. */
async function withNeighbour(then: () => Promise<void>): Promise<void> {
  const neighbour = await startC('thread');
  const busy = startChurn([
    '--port',
    String(neighbour.port),
    '--duration',
    '5m',
    '--no-progress',
    '--rate',
    '2000/s',
  ]);
  const gone = once(busy, 'exit');
  try {
    await then();
  } finally {
    busy.kill('SIGKILL');
    await gone;
    await neighbour.stop();
  }
}
