import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  ChurnError,
  CLIENT_NAMES,
  type ClientName,
  type CycleScript,
  openCycle,
} from '../../src/library/cycle.js';
import { launch } from '../servers/launch.js';
import { selfSignedCertificate } from '../servers/real/certificate.js';
import { type Manners, witness } from '../support/witness.js';

const folder = mkdtempSync(join(tmpdir(), 'churn-cycle-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const WEB = new URL('../../../test/servers/web/', import.meta.url).pathname;
const LISTENED_WITH: Manners = { answers: 'yes\n' };

type Server = 'plain' | 'tls' | 'routes' | 'streams';

/** On whom a client acts, and what it says to him. */
const OF_CLIENT: Readonly<Record<ClientName, readonly [server: Server, said?: CycleScript]>> = {
  fin: ['plain'],
  rst: ['plain'],
  half: ['plain'],
  byte: ['plain'],
  'byte-rst': ['plain'],
  partial: ['plain', { send: 'PING\\r\\n' }],
  'partial-rst': ['plain', { send: 'PING\\r\\n' }],
  reply: ['plain', { send: 'PING\\r\\n', expect: 'yes' }],
  'reply-rst': ['plain', { send: 'PING\\r\\n', expect: /^y/ }],
  idle: ['plain', { wait: '5ms' }],
  drip: ['plain', { wait: '5ms' }],
  tls: ['tls', { insecure: true }],
  'tls-abort': ['tls'],
  'tls-rst': ['tls', { insecure: true }],
  ws: ['routes', { path: '/chat', data: 'hello' }],
  'ws-rst': ['routes', { path: '/chat' }],
  sse: ['routes', { path: '/events' }],
  h2: ['streams', { path: '/', requests: 2 }],
  'h2-rst': ['streams', { path: '/', requests: 2 }],
};

async function serverOf(sort: Server): Promise<{ readonly port: number; stop(): Promise<unknown> }> {
  if (sort === 'routes' || sort === 'streams') return launch([process.execPath, `${WEB}${sort}.mjs`]);
  if (sort === 'plain') {
    const seen = await witness(LISTENED_WITH);
    return { port: seen.port, stop: () => seen.stop(1) };
  }
  const { keyPath, certificatePath } = await selfSignedCertificate(folder);
  const seen = await witness({
    tls: { key: readFileSync(keyPath), cert: readFileSync(certificatePath) },
  });
  return { port: seen.port, stop: () => seen.stop(1) };
}

describe('one cycle', () => {
  for (const client of CLIENT_NAMES) {
    it(`of ${client} tells how long it took`, async () => {
      const [sort, said] = OF_CLIENT[client];
      const server = await serverOf(sort);
      try {
        const outcome = await openCycle(`127.0.0.1:${server.port}`, client, said);
        assert.equal(outcome.failure, undefined);
        assert.ok(outcome.connectMs !== undefined && outcome.connectMs <= outcome.tookMs);
        const answers =
          { reply: 1, 'reply-rst': 1, ws: 1, 'ws-rst': 1, sse: 1, h2: 2 }[client as string] ?? 0;
        assert.equal(outcome.repliesMs.length, answers);
        assert.equal(outcome.statuses.length, sort === 'routes' || client === 'h2' ? answers : 0);
        assert.equal(outcome.unclosed, false);
      } finally {
        await server.stop();
      }
    });
  }

  it('that fails is no error, and tells why', async () => {
    const server = await witness({});
    const there = `127.0.0.1:${server.port}`;
    const silent = await openCycle(there, 'reply', { send: 'x', timeout: '100ms' });
    assert.deepEqual(silent.failure, { kind: 'unanswered', code: 'no-answer' });
    assert.ok(silent.tookMs >= 90, `${silent.tookMs} ms`);
    await server.stop(1);
    const refused = await openCycle(there, 'rst');
    assert.deepEqual(refused.failure, { kind: 'refused', code: 'ECONNREFUSED' });
    assert.equal(refused.connectMs, undefined);
    const nobody = await openCycle('unix:/no/such/socket', 'fin');
    assert.equal(nobody.failure?.kind, 'refused');
  });

  it('asks for the routes of a script in turn, and tells each status', async () => {
    const server = await launch([process.execPath, `${WEB}routes.mjs`]);
    try {
      const script = { path: ['/', '/nowhere'] };
      const statuses = [];
      for (let made = 0; made < 4; made++) {
        statuses.push(...(await openCycle(`http://127.0.0.1:${server.port}/`, 'reply', script)).statuses);
      }
      assert.deepEqual(statuses, [200, 404, 200, 404]);
    } finally {
      await server.stop();
    }
  });

  const WRONG: ReadonlyArray<
    readonly [what: string, destination: string, client: string, script: object, RegExp]
  > = [
    ['no client', '127.0.0.1:9', 'fix', {}, /A cycle has a client, one of fin, .*; got "fix"/],
    ['two clients', '127.0.0.1:9', 'fin,rst', {}, /got "fin,rst"/],
    ['a word that is no server', 'nothing', 'fin', {}, /A server is named by its port/],
    ['an option of run()', '127.0.0.1:9', 'fin', { cycles: 3 }, /There is no option "cycles" of a cycle/],
    ['a time without a unit', '127.0.0.1:9', 'fin', { timeout: '5' }, /--timeout expects a time/],
    [
      'what the client does not say',
      '127.0.0.1:9',
      'fin',
      { send: 'x' },
      /--send has no meaning with --client fin/,
    ],
    ['a name that nobody has', 'no.such.host.invalid:9', 'fin', {}, /is no address/],
  ];
  for (const [what, destination, client, script, sentence] of WRONG) {
    it(`of ${what} is refused, each time`, async () => {
      for (let time = 0; time < 2; time++) {
        await assert.rejects(openCycle(destination, client as ClientName, script), (error: ChurnError) => {
          assert.ok(error instanceof ChurnError);
          assert.match(error.message, sentence);
          return true;
        });
      }
    });
  }

  it('leaves no timer behind: the process ends by itself', () => {
    const module = fileURLToPath(new URL('../../src/library/cycle.js', import.meta.url));
    const program = `
      import { createServer } from 'node:net';
      import { openCycle } from ${JSON.stringify(module)};
      const server = createServer(socket => socket.on('error', () => {}).resume()).listen(0, '127.0.0.1', async () => {
        const all = Array.from({ length: 100 }, () => openCycle('127.0.0.1:' + server.address().port, 'rst'));
        const failed = (await Promise.all(all)).filter(({ failure }) => failure);
        server.close(() => console.log(failed.length, 'failed'));
      });`;
    const said = execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
    assert.equal(said, '0 failed\n');
  });
});
