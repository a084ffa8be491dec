import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRoutes } from '../../src/options/routes.js';
import { parseOptions, type RawOptions } from '../../src/options/run.js';

const asked = (raw: RawOptions) => {
  const { script } = parseOptions({ url: 'http://localhost:3000/api', ...raw });
  return (script.http?.requests ?? []).map(({ bytes }) => Buffer.from(bytes).toString('latin1'));
};
const USUAL = 'Host: localhost:3000\r\nUser-Agent: churn\r\nAccept: */*\r\n';

const REQUESTS: ReadonlyArray<readonly [what: string, raw: RawOptions, requests: readonly string[]]> = [
  ['the path of the URL', {}, [`GET /api HTTP/1.1\r\n${USUAL}\r\n`]],
  [
    'several paths instead of it',
    { path: ['/a', '/b?c'] },
    [`GET /a HTTP/1.1\r\n${USUAL}\r\n`, `GET /b?c HTTP/1.1\r\n${USUAL}\r\n`],
  ],
  ['another method', { method: 'delete' }, [`DELETE /api HTTP/1.1\r\n${USUAL}\r\n`]],
  [
    'a body of JSON',
    { data: '{"a":1}' },
    [`POST /api HTTP/1.1\r\n${USUAL}Content-Type: application/json\r\nContent-Length: 7\r\n\r\n{"a":1}`],
  ],
  [
    'a body of a form, whose length is that of its bytes',
    { data: 'a=ä' },
    [
      `POST /api HTTP/1.1\r\n${USUAL}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 4\r\n\r\na=Ã¤`,
    ],
  ],
  [
    'headers in place of the usual ones',
    { header: ['host: app.test', 'X-Token: 1'] },
    ['GET /api HTTP/1.1\r\nhost: app.test\r\nUser-Agent: churn\r\nAccept: */*\r\nX-Token: 1\r\n\r\n'],
  ],
  [
    'the user of the URL',
    { url: 'http://ann:secret@localhost:3000/api' },
    [`GET /api HTTP/1.1\r\n${USUAL}Authorization: Basic YW5uOnNlY3JldA==\r\n\r\n`],
  ],
  [
    'a file with a line for each',
    { routes: '# two\n/a\nPUT /b {"c": 1}\n' },
    [
      `GET /a HTTP/1.1\r\n${USUAL}\r\n`,
      `PUT /b HTTP/1.1\r\n${USUAL}Content-Type: application/json\r\nContent-Length: 8\r\n\r\n{"c": 1}`,
    ],
  ],
];

for (const [what, raw, requests] of REQUESTS) {
  test(`${what} is what is asked for`, () => assert.deepEqual(asked(raw), requests));
}

test('a request that only GETs may be made as often as it takes; one that changes something, as often as was asked for', () => {
  const most = (raw: RawOptions) => {
    const { cycles, warmup, atMost } = parseOptions({ url: 'http://localhost:3000/', cycles: 100, ...raw });
    return [cycles, warmup, atMost];
  };
  assert.deepEqual(most({}), [100, 10, undefined]);
  const byMethod = { connections: 100, because: 'method' };
  assert.deepEqual(most({ method: 'DELETE' }), [90, 10, byMethod]);
  assert.deepEqual(most({ data: 'x' }), [90, 10, byMethod]);
  assert.deepEqual(most({ data: 'x', confirm: true }), [100, 10, undefined]);
});

test('one that changes something is not made again after the time that was named', () => {
  const raw = { url: 'http://localhost:3000/', data: 'x', duration: '5s' };
  assert.equal(parseOptions(raw).budgetMs, 0);
  assert.equal(parseOptions({ ...raw, confirm: true }).budgetMs, 10_000);
});

test('--at-most is the warm-up and the cycles together', () => {
  const { cycles, warmup, atMost } = parseOptions({ port: 9, atMost: 500 });
  assert.deepEqual([cycles, warmup, atMost], [490, 10, { connections: 500, because: 'option' }]);
});

const REFUSED: ReadonlyArray<readonly [raw: RawOptions, sentence: RegExp]> = [
  [{ path: ['items'] }, /^--path expects a path that begins with \//],
  [{ path: ['http://localhost/x'] }, /^--path expects a path, got/],
  [{ path: ['/a b'] }, /^--path expects/],
  [{ header: ['no colon'] }, /^--header expects "Name: value"/],
  [{ header: ['A: b\r\nC: d'] }, /^--header expects/],
  [{ method: 'G T' }, /^--method expects/],
  [{ expectStatus: '20' }, /^--expect-status expects statuses/],
  [{ expectStatus: '200,abc' }, /^--expect-status expects/],
  [{ routes: '\n' }, /^--routes names a file in which there are no requests\.$/],
  [{ routes: 'items' }, /^--routes: "items" is no request\.$/],
  [{ routes: '{' }, /^--routes names a file that begins as JSON and is none\.$/],
  [{ routes: '/a', path: ['/b'] }, /^--routes and --path both say what is asked for\.$/],
  [{ path: ['/a'], client: 'fin' }, /^--path has no meaning with --client fin/],
  [
    { path: ['/a'], protocol: 'redis', url: undefined, port: 9 },
    /^--path is said of a request of HTTP, and this one is of redis\.$/,
  ],
  [{ send: 'x', path: ['/a'] }, /^--send is the whole request/],
  [{ data: 'x', thorough: true }, /^--thorough makes this request with several clients/],
  [{ cert: 'x', client: 'tls' }, /^--cert needs the key/],
  [{ atMost: 1 }, /^One connection is too few/],
];

for (const [raw, sentence] of REFUSED) {
  test(`${JSON.stringify(raw)} is refused`, () => {
    assert.throws(() => parseOptions({ url: 'http://localhost:3000/', ...raw }), { message: sentence });
  });
}

test('a request of --send that has no end is refused before anything runs, unless it is half a request on purpose', () => {
  const send = (text: string, client?: string) => () => parseOptions({ port: 9, send: text, client });
  assert.throws(send('GET / HTTP/1.1\\r\\n'), { message: /without the empty line that ends its head/ });
  assert.throws(send('POST / HTTP/1.1\\r\\nContent-Length: 5\\r\\n\\r\\nabc'), {
    message: /Content-Length of 5, and 3 bytes/,
  });
  send('GET / HTTP/1.1\\r\\n', 'partial')();
  send('PING\\r\\n')();
  assert.equal(send('GET /x HTTP/1.1\\r\\n\\r\\n')().script.http?.requests[0]?.route, 'GET /x');
});

test('the requests of a HAR are those to its first host, with what says who asks', () => {
  const entry = (url: string, more = {}) => ({ request: { method: 'GET', url, ...more } });
  const headers = [
    { name: 'Cookie', value: 'a=b' },
    { name: 'Connection', value: 'close' },
    { name: ':authority', value: 'x' },
  ];
  const log = {
    entries: [
      entry('http://app.test/a?b', { headers }),
      entry('http://cdn.test/x'),
      entry('http://app.test/c'),
    ],
  };
  assert.deepEqual(parseRoutes(JSON.stringify({ log })), [
    { method: 'GET', path: '/a?b', headers: ['Cookie: a=b'] },
    { method: 'GET', path: '/c', headers: [] },
  ]);
});

test('the requests of an OpenAPI document are its GETs, with the examples of what they need', () => {
  const id = { name: 'id', in: 'path', schema: { example: 7 } };
  const document = {
    openapi: '3.1.0',
    paths: {
      '/items': { get: {}, post: {} },
      '/items/{id}': { parameters: [id], get: {} },
      '/users/{name}': { get: {} },
    },
  };
  assert.deepEqual(
    parseRoutes(JSON.stringify(document)).map(({ path }) => path),
    ['/items', '/items/7'],
  );
});

test('statuses are right by their first digits, too', () => {
  assert.deepEqual(
    parseOptions({ url: 'http://localhost/', expectStatus: '204, 4xx' }).script.http?.accepts,
    ['204', '4xx'],
  );
});

test('whoever names a request and no client waits for the answer; beside --hold it is the probe that asks', () => {
  for (const raw of [{ send: 'PING' }, { protocol: 'redis' }, { path: ['/'] }, { expect: 'x' }])
    assert.deepEqual(parseOptions({ port: 9, ...raw }).clients, ['reply']);
  assert.deepEqual(parseOptions({ port: 9, protocol: 'redis', hold: 10 }).clients, ['fin']);
});
