import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Report } from '../../src/report/report.js';
import { USUAL_CLIENTS } from '../../src/workload/client-names.js';
import { launch, startC } from '../servers/launch.js';
import { realServers } from '../servers/real/registry.js';
import { isInstalled, startReal } from '../servers/real/start.js';
import { churn, churnJson, parseReport, startChurn } from '../support/churn.js';
import { untilConnected } from '../support/connected.js';

const TLS = fileURLToPath(new URL('../../../test/servers/node/tls.mjs', import.meta.url));
const WEB = fileURLToPath(new URL('../../../test/servers/web/routes.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'churn-thorough-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const PROOF = /0 leak|no leak/;
const OF_TLS = ['tls', 'tls-abort', 'tls-rst'];
const named = ({ runs = [] }: Report, status: string) =>
  runs.filter(run => run.status === status).map(({ client }) => client);

const RESETS = ['rst', 'byte-rst', 'partial-rst', 'reply-rst'];
/** A close with an unread echo is a reset too, and which comes first is chance. */
const AT_TIMES_RESET = ['byte', 'partial', 'drip'];

describe('churn --thorough', { concurrency: 2 }, () => {
  it('passes a clean server on every row that applies, with the proof of all cycles', async () => {
    const server = await startC('poll');
    try {
      const file = join(folder, 'clean.json');
      const options = ['--port', String(server.port), '--thorough', '--cycles', '60'];
      const { status, stdout, stderr } = await churn([...options, '--save', file]);
      assert.deepEqual([status, stderr], [0, '']);
      assert.match(stdout, /Clean whatever clients do \(11 of 14 apply\)/);
      assert.match(stdout, /^ {2}client +fd +memory +threads +children +server$/m);
      for (const client of USUAL_CLIENTS) assert.match(stdout, new RegExp(`^ {2}${client} `, 'm'));
      // 11 behaviours that apply, the silent client, and the mixed row.
      assert.match(stdout, /^PASS {2}1680 cycles, 0 leaks$/m);
      assert.equal((await churn(['render', file])).stdout, stdout);
      const report = parseReport((await churn(['render', file, '--json'])).stdout);
      assert.deepEqual(named(report, 'not-applicable'), OF_TLS);
      assert.equal(named(report, 'pass').length, 13);
    } finally {
      await server.stop();
    }
  });

  it('a leak on reset is named with the clients that reset, and with no other that cannot', async () => {
    const { report, status } = await judged('poll', 'no-close-rst');
    assert.equal(status, 1);
    const failed = named(report, 'fail').filter(client => client !== 'mixed');
    for (const client of RESETS) assert.ok(failed.includes(client), `${client} of ${failed}`);
    for (const client of failed) assert.ok([...RESETS, ...AT_TIMES_RESET].includes(client), client);
    assert.match(report.sentence ?? '', /eaks one fd per connection when (clients|they) reset/);
    assert.match(report.summary, /^FAIL {2}\d+ cycles, fd with rst/);
    assert.doesNotMatch(JSON.stringify(report), PROOF);
  });

  it('a leak on half-close is named with half alone, and the rows after it are clean', async () => {
    const { report, status } = await judged('thread', 'no-close-half');
    assert.equal(status, 1);
    assert.deepEqual(named(report, 'fail'), ['half']);
    assert.deepEqual(named(report, 'undecided'), []);
    assert.equal(report.sentence, 'Leaks one fd per connection when clients half-close, clean otherwise');
    const byte = report.runs?.find(({ client }) => client === 'byte');
    assert.ok((byte?.before?.fds ?? 0) >= 60, 'begins where half has left the server');
    assert.equal(byte?.before?.fds, byte?.after?.fds);
  });

  it('names those who send something by what they have in common', async () => {
    const { report } = await judged('poll', 'no-close-data');
    assert.match(
      report.sentence ?? '',
      /^Clean when clients send nothing, leaks one fd per connection when they send something$/,
    );
  });

  it('finds the handshake that makes a server of TLS forget', async () => {
    const server = await launch([process.execPath, TLS, '--fault', 'no-close-abort']);
    try {
      const { report, status } = await churnJson([
        ...['--port', String(server.port), '--thorough', '--insecure', '--cycles', '60', '--budget', '40s'],
      ]);
      assert.equal(status, 1, report.summary);
      assert.deepEqual(named(report, 'fail'), ['tls-abort']);
      assert.match(
        report.sentence ?? '',
        /^Leaks one fd per connection when clients abandon a TLS handshake/,
      );
      assert.equal(report.runs?.find(({ client }) => client === 'fin')?.status, 'pass');
      assert.match(report.findings[0]?.next ?? '', /--client tls-abort --insecure$/);
    } finally {
      await server.stop();
    }
  });

  it('does not take a certificate that is not trusted for a verdict', async () => {
    const server = await launch([process.execPath, TLS]);
    try {
      const { report } = await churnJson([
        ...['--port', String(server.port), '--thorough', '--cycles', '20', '--budget', '20s'],
      ]);
      const reasons = OF_TLS.map(name => report.runs?.find(({ client }) => client === name)?.reason);
      assert.deepEqual(reasons, ['untrusted', null, 'untrusted']);
      assert.deepEqual(report.findings, [], report.summary);
    } finally {
      await server.stop();
    }
  });

  it('tells with which client a server died, and does not run the rest', async () => {
    const { report, status, stdout } = await judged('poll', 'crash', ['--at', '100']);
    assert.equal(status, 1);
    assert.deepEqual(named(report, 'fail'), ['rst']);
    assert.deepEqual(named(report, 'pass'), ['fin']);
    assert.equal(named(report, 'not-run').length, 13);
    assert.match(report.sentence ?? '', /^Dies with rst, clean with fin; not run: half, /);
    assert.equal(report.runs?.find(({ client }) => client === 'half')?.reason, 'server-gone');
    assert.doesNotMatch(stdout, PROOF);
  });

  it('one silent client that blocks all others is told, and is no fault of a server that serves one after the other', async () => {
    const server = await startC('iterative');
    try {
      const { report, status, stdout } = await churnJson([
        ...['--port', String(server.port), '--thorough', '--cycles', '60', '--timeout', '1s'],
      ]);
      assert.deepEqual([status, report.verdict, report.clean], [0, 'pass', true], report.summary);
      const silent = report.runs?.find(({ client }) => client === 'silent');
      assert.deepEqual([silent?.status, silent?.cells?.server], ['pass', '! blocked']);
      assert.match(report.sentence ?? '', /; one silent client blocks all others$/);
      assert.deepEqual(
        report.findings.map(({ kind, severity, title }) => [kind, severity, title]),
        [['hang', 'warn', 'one silent client blocks all others']],
      );
      assert.match(stdout, PROOF);
    } finally {
      await server.stop();
    }
  });

  it('of three routes the one that forgets a file is named, and asked for alone next; without the fault all are clean', async () => {
    const paths = ['/', '/items', '/chunked'].flatMap(path => ['--path', path]);
    const ofRoutes = async (...args: readonly string[]) => {
      const server = await launch([process.execPath, WEB, ...args]);
      try {
        const url = `http://127.0.0.1:${server.port}/`;
        return await churnJson([url, ...paths, '--thorough', '-n', '60', '--budget', '20s']);
      } finally {
        await server.stop();
      }
    };
    const { report, status } = await ofRoutes('--fault', 'items');
    const failed = (report.runs ?? [])
      .filter(run => run.status === 'fail')
      .map(run => run.route ?? run.client);
    assert.deepEqual([status, failed], [1, ['reply', 'reply-rst', 'GET /items']], report.summary);
    assert.match(report.sentence ?? '', /leaks one fd per connection on GET \/items, clean on 2 others/);
    assert.match(report.findings[0]?.next ?? '', /^churn http:\S+ --client reply --path \/items$/);
    const clean = await ofRoutes();
    assert.deepEqual([clean.status, clean.report.findings], [0, []], clean.report.summary);
    assert.match(clean.report.sentence ?? '', /clean on each of 3 routes/);
    assert.equal(clean.report.runs?.filter(({ route, status }) => route && status === 'pass').length, 3);
  });

  it('leaves descriptors for every row where each of them leaks', async () => {
    const server = await startC('poll', ['--fault', 'no-close'], { openFiles: 1_024 });
    try {
      const { report } = await churnJson([
        ...['--port', String(server.port), '--thorough', '--budget', '1m', '--settle', '1s'],
      ]);
      assert.equal(report.sentence, 'Leaks one fd per connection whatever clients do');
      assert.equal(named(report, 'fail').length, 12);
      assert.match(
        report.notes.join('\n'),
        /fewer cycles were made, so that the time and the descriptors of the server last/,
      );
    } finally {
      await server.stop();
    }
  });

  it('is no pass when the time was up', async () => {
    const server = await startC('poll');
    try {
      const { report, status, stdout } = await churnJson([
        ...['--port', String(server.port), '--thorough', '--budget', '1ms', '--strict'],
      ]);
      assert.deepEqual([report.verdict, status], ['undecided', 3]);
      assert.ok(report.runs?.some(({ reason }) => reason === 'time-is-up'));
      assert.doesNotMatch(stdout, PROOF);
    } finally {
      await server.stop();
    }
  });

  it('reports the rows that were made when it is interrupted', async () => {
    const server = await startC('poll');
    const args = ['--port', String(server.port), '--thorough', '--json', '--cycles', '1000', '--no-confirm'];
    const run = startChurn(args);
    try {
      let stdout = '';
      run.stdout.on('data', chunk => {
        stdout += chunk;
      });
      // The row of fin leaves 1010 in TIME_WAIT, that of rst none, that of half the others.
      await untilConnected(server.port, 1_500);
      run.kill('SIGINT');
      const [code] = await once(run, 'close');
      const report = parseReport(stdout);
      assert.deepEqual([code, report.interrupted, report.verdict], [130, true, 'undecided']);
      assert.equal(report.runs?.length, USUAL_CLIENTS.length + 1);
      assert.deepEqual(
        report.runs?.slice(0, 2).map(({ client, status }) => `${client} ${status}`),
        ['fin pass', 'rst pass'],
      );
      assert.ok(report.runs?.some(({ reason }) => reason === 'interrupted'));
      assert.doesNotMatch(stdout, PROOF);
    } finally {
      run.kill('SIGKILL');
      await server.stop();
    }
  });

  it('passes a real server', async t => {
    const recipe = realServers.find(({ name }) => name === 'redis');
    assert.ok(recipe);
    if (!(await isInstalled(recipe))) return t.skip('redis is not installed');
    const server = await startReal(recipe);
    try {
      const { report, status } = await churnJson([
        ...['--port', String(server.port), '--thorough', '--protocol', 'redis'],
      ]);
      assert.deepEqual([status, report.verdict, report.clean], [0, 'pass', true], report.summary);
      assert.deepEqual(named(report, 'not-applicable'), OF_TLS);
    } finally {
      await server.stop();
    }
  });

  const REFUSED: ReadonlyArray<readonly [args: readonly string[], says: RegExp]> = [
    [['--client', 'rst'], /^churn: --thorough takes every client in turn, and --client names one\./],
    [['--tls'], /^churn: --thorough takes every client in turn, and --tls names one\./],
    [['--seed', '7'], /^churn: --seed has no meaning with --thorough/],
  ];
  for (const [args, says] of REFUSED) {
    it(`${args.join(' ')} does not go with it: exit 2`, async () => {
      const { status, stdout, stderr } = await churn(['--port', '9', '--thorough', ...args]);
      assert.deepEqual([status, stdout], [2, '']);
      assert.match(stderr, says);
      assert.match(stderr, /\nhint: Leave out /);
    });
  }
});

async function judged(model: string, fault: string, args: readonly string[] = []) {
  const server = await startC(model, ['--fault', fault, ...args]);
  try {
    return await churnJson([
      ...['--port', String(server.port), '--thorough', '--cycles', '60', '--budget', '1m', '--settle', '1s'],
    ]);
  } finally {
    await server.stop();
  }
}
