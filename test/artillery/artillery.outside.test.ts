import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { startC } from '../servers/launch.js';
import { churnJson, parseReport, startChurn } from '../support/churn.js';
import { witness } from '../support/witness.js';
import { ARTILLERY_ENV, artillery, missingArtillery } from './installed.js';

const missing = missingArtillery();
const folder = mkdtempSync(join(tmpdir(), 'churn-artillery-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const USERS_PER_SECOND = 20;
const SECONDS = 4;
const CYCLES_PER_USER = 25;
const ALL = USERS_PER_SECOND * SECONDS * CYCLES_PER_USER;

function script(port: number, phase: string, cycle: object, config: object = {}): object {
  return {
    config: {
      target: `127.0.0.1:${port}`,
      engines: { churn: {} },
      phases: [{ name: phase, duration: SECONDS, arrivalRate: USERS_PER_SECOND }],
      ...config,
    },
    scenarios: [
      { engine: 'churn', flow: [{ cycle: { count: CYCLES_PER_USER, ...cycle } }, { think: '50ms' }] },
    ],
  };
}

function ensure(...expressions: readonly string[]): object {
  return { plugins: { ensure: {} }, ensure: { conditions: expressions.map(expression => ({ expression })) } };
}

const watching = (port: number, ...options: readonly string[]) => [
  ...['watch', '--port', String(port), '--stage', '/Phase started: (\\S+)/', ...options, '--'],
];

describe('artillery run with two workers', { skip: missing ?? false }, () => {
  it('is a load whose counters add up, and a clean server passes it', async () => {
    const server = await startC('epoll');
    const told = join(folder, 'told.json');
    try {
      const conditions = ensure('churn.failed == 0', `churn.cycles.rst == ${ALL}`);
      const { report } = await churnJson(
        [
          ...watching(server.port, '--no-confirm'),
          ...artillery(script(server.port, 'reset', { client: 'rst' }, conditions), '--output', told),
        ],
        { env: ARTILLERY_ENV },
      );
      assert.equal(report.verdict, 'pass', report.summary);
      assert.equal(report.watch?.status, 0, 'what ensure asks for is met');
      assert.deepEqual(
        report.stages?.map(({ name, status, times }) => [name, status, times]),
        [['reset', 'pass', 1]],
      );
      const {
        counters,
        histograms,
        summaries = histograms,
      } = JSON.parse(readFileSync(told, 'utf8')).aggregate;
      assert.equal(counters['churn.cycles.rst'], ALL);
      assert.equal(counters['churn.failed'], 0);
      assert.equal(counters['vusers.completed'], USERS_PER_SECOND * SECONDS);
      assert.equal(summaries['churn.connect_time'].count, ALL);
      if (report.watch?.acceptedBy === 'server') assert.equal(report.watch.accepted, ALL);
    } finally {
      await server.stop();
    }
  });

  it('names the phase in which a server forgets its connections', async () => {
    const server = await startC('epoll', ['--fault', 'no-close-rst']);
    try {
      const [close, reset] = (['fin', 'rst'] as const).map(client =>
        artillery(script(server.port, client === 'fin' ? 'close' : 'reset', { client })),
      );
      const both = `${close?.join(' ')} && ${reset?.join(' ')}`;
      const { report } = await churnJson([...watching(server.port, '--budget', '4m'), 'sh', '-c', both], {
        env: ARTILLERY_ENV,
      });
      assert.equal(report.verdict, 'fail', report.summary);
      assert.deepEqual(
        report.stages?.map(({ name, status }) => [name, status]),
        [
          ['close', 'pass'],
          ['reset', 'fail'],
        ],
      );
    } finally {
      await server.stop();
    }
  });

  it('ends with 1 where a condition of ensure is not met, and the verdict is the same', async () => {
    const server = await startC('epoll');
    try {
      const { status, report } = await churnJson(
        [
          ...watching(server.port, '--no-confirm'),
          ...artillery(script(server.port, 'reset', { client: 'rst' }, ensure('churn.cycles.rst < 10'))),
        ],
        { env: ARTILLERY_ENV },
      );
      assert.deepEqual([report.watch?.status, report.verdict, status], [1, 'pass', 0]);
    } finally {
      await server.stop();
    }
  });

  it('fails its users where cycles fail, and counts by what went wrong', async () => {
    const server = await startC('epoll');
    const told = join(folder, 'failed.json');
    try {
      const cycle = { client: 'reply', count: 1, send: 'hello\\n', expect: 'never', timeout: '200ms' };
      await churnJson(
        [
          ...watching(server.port, '--no-confirm'),
          ...artillery(script(server.port, 'reset', cycle), '--output', told),
        ],
        { env: ARTILLERY_ENV },
      );
      const { counters } = JSON.parse(readFileSync(told, 'utf8')).aggregate;
      const users = USERS_PER_SECOND * SECONDS;
      assert.equal(counters['churn.failed'], users);
      assert.equal(counters['vusers.failed'], users);
      const kinds = Object.entries(counters).filter(([name]) => name.startsWith('churn.failed.'));
      assert.equal(
        kinds.reduce((sum, [, count]) => sum + Number(count), 0),
        users,
      );
    } finally {
      await server.stop();
    }
  });

  for (const [what, cycle, sentence] of [
    ['no client', {}, /A cycle names its client/],
    ['an unknown client', { client: 'rts' }, /A cycle has a client, one of fin/],
    ['a bad option', { client: 'rst', timeout: 5 }, /--timeout expects a time/],
  ] as const) {
    it(`refuses a script with ${what} before the first connection`, async () => {
      const server = await witness();
      try {
        const { status, stderr, report } = await churnJson(
          [
            ...['watch', '--port', String(server.port), '--no-confirm', '--'],
            ...artillery(script(server.port, 'reset', cycle)),
          ],
          { env: ARTILLERY_ENV },
        );
        assert.deepEqual([status, report.verdict, report.watch?.accepted], [0, 'undecided', 0]);
        assert.match(stderr, sentence);
      } finally {
        assert.deepEqual(await server.stop(0), []);
      }
    });
  }

  it('is ended with all of its workers by an interrupt, and what was seen is told', async () => {
    const server = await startC('epoll');
    try {
      const load = artillery(script(server.port, 'reset', { client: 'rst' }, { phases: [LONG_PHASE] }));
      const child = startChurn([...watching(server.port, '--json'), ...load], ARTILLERY_ENV);
      let said = '';
      let shown = '';
      child.stdout.on('data', chunk => (said += chunk));
      await new Promise<void>(resolve => {
        child.stderr.on('data', chunk => {
          shown += chunk;
          if (shown.includes('Phase started: reset')) resolve();
        });
      });
      child.kill('SIGINT');
      const [status] = await once(child, 'exit');
      const report = parseReport(said);
      assert.deepEqual([status, report.interrupted], [130, true]);
      assert.deepEqual(
        report.stages?.map(({ name }) => name),
        ['reset'],
      );
    } finally {
      await server.stop();
    }
  });
});

const LONG_PHASE = { name: 'reset', duration: 600, arrivalRate: 20 };
