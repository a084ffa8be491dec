import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { compile, launch, type Running } from '../servers/launch.js';
import { churn, churnJson, startChurn } from '../support/churn.js';
import { untilConnected } from '../support/connected.js';

const WEB = new URL('../../../test/servers/web/', import.meta.url).pathname;
const node = (name: string) => async () => [process.execPath, `${WEB}${name}.mjs`];

const FEW = ['-n', '100'];
/** A heap takes longer to be decided on than is asked for here, where nothing else is in doubt. */
const BRIEF = [...FEW, '--budget', '1s'];

const FRAMEWORKS: ReadonlyArray<readonly [name: string, command: () => Promise<readonly string[]>]> = [
  ['Express', node('express')],
  ['Fastify', node('fastify')],
  ['Flask', async () => ['python3', `${WEB}flask_items.py`]],
  ['net/http of Go', async () => [await compile('web', 'items.go')]],
];

describe('a route that forgets a file with each request is found by its URL', { concurrency: 2 }, () => {
  for (const [name, command] of FRAMEWORKS) {
    it(`${name}: FAIL where it forgets, no finding where it does not`, async () => {
      const faulty = await judge([...(await command()), '--fault', 'items'], '/api/items/1');
      assert.equal(faulty.status, 1, faulty.stdout);
      assert.deepEqual(kindsOf(faulty.report), ['fd']);
      const clean = await judge(await command(), '/api/items/1');
      assert.equal(clean.status, 0, clean.stdout);
      assert.deepEqual(clean.report.findings, []);
      const [route] = clean.report.answers?.routes ?? [];
      assert.deepEqual([route?.route, Object.keys(route?.statuses ?? {})], ['GET /api/items/1', ['200']]);
    });

    it(`${name}: a body is posted as often as was asked for, and no more`, async () => {
      const { report } = await judge(await command(), '/api/items', '-d', '{"name": "x"}');
      assert.deepEqual(report.answers?.routes, [
        { route: 'POST /api/items', statuses: { 201: 100 }, expected: 100, total: 100 },
      ]);
      assert.equal(report.cycles?.connections, 100);
    });
  }
});

/** What only that client meets, and the words on the report of the same server without that fault. */
const ROWS: ReadonlyArray<readonly [what: string, server: string, fault: string, ...args: string[]]> = [
  ['the second request of a connection', 'routes', 'second', '/', '--requests', '2'],
  ['a subscriber that has gone', 'routes', 'events', '/events', '--client', 'sse'],
  ['a WebSocket', 'routes', 'chat', '/chat', '--client', 'ws'],
  ['a WebSocket that was reset', 'routes', 'chat-rst', '/chat', '--client', 'ws-rst'],
  ['a stream of HTTP/2', 'streams', 'answered', '/', '--client', 'h2'],
  ['a stream of HTTP/2 that was reset', 'streams', 'reset', '/', '--client', 'h2-rst'],
  ['one of two routes', 'routes', 'items', '/', '--path', '/', '--path', '/items'],
];

describe('what only one client meets', { concurrency: 2 }, () => {
  for (const [what, server, fault, path = '/', ...args] of ROWS) {
    it(`${what} is forgotten: fd; and without the fault nothing is found`, async () => {
      const command = await node(server)();
      const faulty = await judge([...command, '--fault', fault], path, ...args);
      assert.deepEqual(kindsOf(faulty.report), ['fd'], faulty.stdout);
      const clean = await judge(command, path, ...args);
      assert.deepEqual([clean.status, clean.report.findings], [0, []], clean.stdout);
    });
  }
});

it('the leak of the second request is not there with the first alone', async () => {
  const { report } = await judge([...(await node('routes')()), '--fault', 'second'], '/', '--budget', '1s');
  assert.deepEqual(report.findings, []);
});

const UNREACHED: ReadonlyArray<readonly [path: string, status: number]> = [
  ['/nowhere', 404],
  ['/private', 401],
  ['/broken', 500],
  ['/limited', 429],
];

describe('a route that was never reached proves nothing', { concurrency: 2 }, () => {
  for (const [path, status] of UNREACHED) {
    it(`${path} answers ${status}: undecided, and said above the verdict`, async () => {
      const server = await launch(await node('routes')());
      try {
        const { status: exit, stdout } = await churn([
          urlOf(server, path),
          ...BRIEF,
          '--strict',
          '--no-progress',
        ]);
        assert.equal(exit, 3, stdout);
        assert.match(
          stdout,
          new RegExp(`answers +! .*${status} × .*UNDECIDED  100 cycles, the route was never reached`, 's'),
        );
        assert.doesNotMatch(stdout, /0 leak|no leak/);
      } finally {
        await server.stop();
      }
    });
  }
});

it('errors among the answers are said, and are no fault', async () => {
  const { status, report } = await judge(await node('routes')(), '/flaky');
  assert.equal(status, 0);
  const [route] = report.answers?.routes ?? [];
  assert.ok(route && route.expected < route.total && route.expected > route.total / 2);
});

describe('a server is named by its URL', () => {
  const folder = mkdtempSync(join(tmpdir(), 'churn-http-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('the routes of a file are asked for in turn', async () => {
    writeFileSync(join(folder, 'routes.txt'), '/\n/items\nPOST /items {"a": 1}\n');
    const { report } = await judge(await node('routes')(), '/', '--routes', join(folder, 'routes.txt'));
    const told = report.answers?.routes.map(({ route }) => route).sort();
    assert.deepEqual(told, ['GET /', 'GET /items', 'POST /items']);
  });

  it('churn starts it, and a shell before it is not taken for it', async () => {
    const program = `${process.execPath} ${WEB}routes.mjs --port $PORT; true`;
    const { report } = await churnJson([
      '--port',
      'auto',
      '--path',
      '/',
      ...BRIEF,
      '--',
      'sh',
      '-c',
      program,
    ]);
    assert.equal(report.server?.stopped.how, 'term');
    assert.deepEqual(report.server?.stopped.leftBehind, []);
    assert.ok((report.answers?.routes[0]?.expected ?? 0) > 100);
  });

  it('it may be waited for', async () => {
    const port = await freePortOf();
    const late = launch(['sh', '-c', `sleep 0.5; exec ${process.execPath} ${WEB}routes.mjs --port ${port}`]);
    const { report } = await churnJson([`http://localhost:${port}/`, '--wait-for', '30s', ...BRIEF]);
    await (await late).stop();
    assert.equal(report.answers?.routes[0]?.route, 'GET /');
  });
});

it('a run that is interrupted early says what it was to be, and what is held', async () => {
  const server = await launch([...(await node('routes')()), '--fault', 'items']);
  try {
    const run = startChurn([urlOf(server, '/'), '--duration', '60s', '--no-progress']);
    let stdout = '';
    run.stdout.on('data', text => {
      stdout += text;
    });
    // More than the warm-up leaves.
    await untilConnected(server.port, 20);
    run.kill('SIGINT');
    const [status] = await once(run, 'close');
    assert.equal(status, 130);
    assert.match(stdout, /^INTERRUPTED {2}\d+ cycles in \d+\.\d+ s of 1 min 0 s, nothing proved$/m);
  } finally {
    await server.stop();
  }
});

async function judge(command: readonly string[], path: string, ...args: readonly string[]) {
  const server = await launch(command);
  try {
    const effort = command.includes('--fault') ? FEW : BRIEF;
    return await churnJson([urlOf(server, path), ...effort, ...args]);
  } finally {
    await server.stop();
  }
}

function urlOf({ port }: Running, path: string): string {
  return `http://127.0.0.1:${port}${path}`;
}

function kindsOf({ findings }: Awaited<ReturnType<typeof judge>>['report']): string[] {
  return findings.filter(({ severity }) => severity === 'fail').map(({ kind }) => kind);
}

async function freePortOf(): Promise<number> {
  const { freePort } = await import('../servers/real/free-port.js');
  return freePort();
}
