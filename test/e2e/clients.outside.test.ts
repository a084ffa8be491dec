import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CLIENT_NAMES } from '../../src/workload/client-names.js';
import { launch, startC } from '../servers/launch.js';
import { churn, churnJson } from '../support/churn.js';

const folder = mkdtempSync(join(tmpdir(), 'churn-clients-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const requestFile = join(folder, 'request');
writeFileSync(requestFile, 'from a file');

const TLS = fileURLToPath(new URL('../../../test/servers/node/tls.mjs', import.meta.url));
const PYTHON_TLS = fileURLToPath(new URL('../../../test/servers/python/tls_server.py', import.meta.url));
const SOON = ['--cycles', '100', '--settle', '1500ms'];

interface Case {
  readonly name: string;
  /** A model of the zoo, or the server of TLS. */
  readonly server: string;
  readonly fault?: string;
  readonly churn: readonly string[];
  readonly verdict: 'pass' | 'fail' | 'undecided';
  readonly kinds?: readonly string[];
  readonly finds?: RegExp;
}

/** How the memory of whole handshakes levels off is for the exam: here it may stay undecided. */
const NO_LONGER = ['--budget', '1s'];

/** What the tables of the exam do not say: requests and answers, and clients that come in random order. */
const CASES: readonly Case[] = [
  {
    name: 'answers over TLS',
    server: 'tls',
    churn: ['--client', 'tls', '--insecure', ...NO_LONGER, '--send', 'ping', '--expect', 'ping'],
    verdict: 'pass',
  },
  {
    name: 'leaks of one of three clients are told to be its own',
    server: 'poll',
    fault: 'no-close-data',
    churn: ['--client', 'fin,rst,byte', '--seed', '7'],
    verdict: 'fail',
    kinds: ['fd'],
    finds: /all of them from cycles with byte/,
  },
  {
    name: 'even where the sockets are in no table',
    server: 'thread',
    fault: 'no-close-rst',
    churn: ['--client', 'fin,rst,half', '--seed', '7'],
    verdict: 'fail',
    kinds: ['fd'],
    finds: /all of them from cycles with rst/,
  },
  {
    name: 'an echo is the answer that was expected',
    server: 'epoll',
    churn: ['--client', 'reply', '--protocol', 'echo'],
    verdict: 'pass',
  },
  {
    name: 'a request from a file',
    server: 'epoll',
    churn: ['--client', 'reply', '--send', `@${requestFile}`, '--expect', '/^from a/'],
    verdict: 'pass',
  },
  {
    name: 'an answer that is not the expected one',
    server: 'epoll',
    churn: ['--client', 'reply', '--send', 'hello', '--expect', 'goodbye', '--timeout', '300ms'],
    verdict: 'fail',
    kinds: ['reply'],
    finds: /1 of 1 request got no proper answer.*not as expected, the first: "hello"/s,
  },
];

describe('clients', { concurrency: 3 }, () => {
  for (const { name, server, fault, churn: options, verdict, kinds = [], finds } of CASES) {
    it(`${name}: ${verdict}`, async () => {
      const args = fault ? ['--fault', fault] : [];
      const running =
        server === 'tls' ? await launch([process.execPath, TLS, ...args]) : await startC(server, args);
      try {
        const { report } = await churnJson(['--port', String(running.port), ...SOON, ...options]);
        const told = [
          ...report.findings.flatMap(({ title, evidence }) => [title, ...evidence]),
          ...report.notes,
        ];
        const doubts = report.checks.filter(({ status }) => status === 'undecided').map(({ kind }) => kind);
        const isMemoryAlone = doubts.join() === 'memory' && options.includes(NO_LONGER[0] ?? '');
        const expected = verdict === 'pass' && isMemoryAlone ? 'undecided' : verdict;
        assert.equal(report.verdict, expected, told.join('\n'));
        assert.deepEqual(
          report.findings.filter(({ severity }) => severity === 'fail').map(({ kind }) => kind),
          kinds,
        );
        if (finds) assert.match(told.join('\n'), finds);
      } finally {
        await running.stop();
      }
    });
  }

  it('a server of TLS that turns down what is no TLS with a reset is not at fault', async () => {
    const running = await launch(['python3', PYTHON_TLS]);
    try {
      const args = ['--port', String(running.port), '--client', 'partial,byte', '--seed', '7', ...NO_LONGER];
      const { report } = await churnJson(args);
      assert.deepEqual(report.findings, [], report.summary);
    } finally {
      await running.stop();
    }
  });

  it('a server that is not meant to answer is not judged by its silence', async () => {
    const running = await startC('epoll', ['--frame']);
    try {
      const { report, status } = await churnJson([
        '--port',
        String(running.port),
        '--client',
        'reply',
        '--timeout',
        '300ms',
      ]);
      assert.deepEqual([report.verdict, status], ['undecided', 0]);
      assert.match(report.notes.join('\n'), /did not answer within|closed instead of answering/);
    } finally {
      await running.stop();
    }
  });

  it('the seed of a mixed run is printed, and null where nothing was random', async () => {
    const running = await startC('poll');
    try {
      const port = ['--port', String(running.port), '--cycles', '50'];
      const { stdout } = await churn([...port, '--client', 'fin,rst', '--seed', '42']);
      assert.match(stdout, /clients +fin, rst +in random order, --seed 42/);
      assert.equal((await churnJson([...port, '--client', 'fin,rst', '--seed', '42'])).report.seed, 42);
      assert.equal(typeof (await churnJson([...port, '--client', 'fin,rst'])).report.seed, 'number');
      assert.equal((await churnJson(port)).report.seed, null);
    } finally {
      await running.stop();
    }
  });

  const REFUSED: ReadonlyArray<readonly [what: string, args: readonly string[], says: RegExp]> = [
    [
      'a port that speaks no TLS',
      ['--tls', '--insecure'],
      /^churn: No TLS handshake with the server succeeded/,
    ],
    [
      'a file that is missing',
      ['--client', 'reply', '--send', '@/nowhere'],
      /--send: "\/nowhere" cannot be read \(ENOENT\)/,
    ],
    ['a file without certificates', ['--tls', '--ca', requestFile], /--ca expects certificates in PEM form/],
    [
      'an answer nobody waits for',
      ['--client', 'fin', '--expect', 'x'],
      /--expect has no meaning with --client fin/,
    ],
  ];
  for (const [what, args, says] of REFUSED) {
    it(`${what} is no verdict: exit 2`, async () => {
      const running = await startC('poll');
      try {
        const { status, stdout, stderr } = await churn(['--port', String(running.port), ...args]);
        assert.deepEqual([status, stdout], [2, '']);
        assert.match(stderr, says);
        assert.match(stderr, /\nhint: /);
      } finally {
        await running.stop();
      }
    });
  }

  it('a certificate that is not trusted is no verdict: exit 2, with what to do', async () => {
    const running = await launch([process.execPath, TLS]);
    try {
      const { status, stderr } = await churn(['--port', String(running.port), '--tls']);
      assert.equal(status, 2);
      assert.match(stderr, /certificate is not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\)/);
      assert.match(stderr, /--insecure/);
    } finally {
      await running.stop();
    }
  });

  it('churn clients lists them, also as JSON', async () => {
    assert.match((await churn(['clients'])).stdout, /^half +shut down for writing/m);
    assert.equal(JSON.parse((await churn(['clients', '--json'])).stdout).clients.length, CLIENT_NAMES.length);
  });
});
