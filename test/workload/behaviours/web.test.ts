import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseClients, type RawClientOptions } from '../../../src/options/client.js';
import { prepareBehaviours } from '../../../src/workload/behaviours.js';
import { CLIENT_NAMES, type ClientName, FACTS } from '../../../src/workload/client-names.js';
import { runCycles } from '../../../src/workload/cycles.js';
import { emptyTally, type Tally } from '../../../src/workload/tally.js';
import { launch } from '../../servers/launch.js';
import { workload } from '../../support/workload.js';

const PROGRAMS = new URL('../../../../test/servers/web/', import.meta.url).pathname;
const CYCLES = 5;

interface Row {
  readonly client: ClientName;
  readonly server: 'routes' | 'streams';
  readonly said: RawClientOptions;
  readonly routes: Tally['routes'];
  readonly cutShort?: number;
}

const answers = (route: string, status: number, total: number, expected = total) => ({
  [route]: { statuses: { [status]: total }, expected, total },
});

const ROWS: readonly Row[] = [
  { client: 'reply', server: 'routes', said: { path: ['/'] }, routes: answers('GET /', 200, 5) },
  {
    client: 'reply',
    server: 'routes',
    said: { path: ['/chunked'], requests: 3 },
    routes: answers('GET /chunked', 200, 15),
  },
  {
    client: 'reply',
    server: 'routes',
    said: { path: ['/nowhere'] },
    routes: answers('GET /nowhere', 404, 5, 0),
  },
  {
    client: 'reply',
    server: 'routes',
    said: { path: ['/nowhere'], expectStatus: '404' },
    routes: answers('GET /nowhere', 404, 5),
  },
  {
    client: 'reply',
    server: 'routes',
    said: { path: ['/items'], data: '{}' },
    routes: answers('POST /items', 201, 5),
  },
  {
    client: 'reply',
    server: 'routes',
    said: { path: ['/'], method: 'HEAD' },
    routes: answers('HEAD /', 404, 5, 0),
  },
  { client: 'reply-rst', server: 'routes', said: { path: ['/'] }, routes: answers('GET /', 200, 5) },
  { client: 'ws', server: 'routes', said: { path: ['/chat'] }, routes: answers('GET /chat', 101, 5) },
  {
    client: 'ws',
    server: 'routes',
    said: { path: ['/chat'], data: 'hello' },
    routes: answers('GET /chat', 101, 5),
  },
  { client: 'ws', server: 'routes', said: { path: ['/items'] }, routes: answers('GET /items', 400, 5, 0) },
  { client: 'ws-rst', server: 'routes', said: { path: ['/chat'] }, routes: answers('GET /chat', 101, 5) },
  { client: 'sse', server: 'routes', said: { path: ['/events'] }, routes: answers('GET /events', 200, 5) },
  {
    client: 'sse',
    server: 'routes',
    said: { path: ['/private'] },
    routes: answers('GET /private', 401, 5, 0),
  },
  { client: 'h2', server: 'streams', said: { path: ['/'] }, routes: answers('GET /', 200, 50) },
  {
    client: 'h2',
    server: 'streams',
    said: { path: ['/x'], requests: 2 },
    routes: answers('GET /x', 404, 10, 0),
  },
  { client: 'h2-rst', server: 'streams', said: { path: ['/'] }, routes: {} },
];

for (const { client, server, said, routes } of ROWS) {
  test(`${client} ${JSON.stringify(said)} is answered by ${Object.keys(routes)[0] ?? 'nobody'}`, async () => {
    const running = await launch([process.execPath, `${PROGRAMS}${server}.mjs`]);
    try {
      assert.deepEqual(await play(client, said, running.port), {
        ...{ completed: CYCLES, failed: 0, routes, unclosed: 0 },
      });
    } finally {
      await running.stop();
    }
  });
}

test('every client that needs a service of its own is looked at', () => {
  const special = CLIENT_NAMES.filter(name => FACTS[name].isSpecial);
  for (const name of special)
    assert.ok(
      ROWS.some(({ client }) => client === name),
      name,
    );
});

test('HTTP/2 with a server that does not speak it is told as that', async () => {
  const running = await launch([process.execPath, `${PROGRAMS}routes.mjs`]);
  try {
    const tally = await tallyOf('h2', { path: ['/'] }, running.port);
    assert.deepEqual([tally.stopped, tally.completed, tally.failures], ['no-http2', 0, { http2: 1 }]);
  } finally {
    await running.stop();
  }
});

async function play(client: ClientName, said: RawClientOptions, port: number) {
  const { completed, failed, routes, unclosed } = await tallyOf(client, said, port);
  return { completed, failed, routes, unclosed };
}

async function tallyOf(client: ClientName, said: RawClientOptions, port: number): Promise<Tally> {
  const { script } = parseClients({ ...said, client }, 10, false);
  const behaviour = (await prepareBehaviours([client], script)).get(client);
  assert.ok(behaviour);
  const tally = emptyTally();
  await runCycles(workload(port, { script, behaviourOf: () => behaviour }), 'cycles', CYCLES, tally);
  return tally;
}
