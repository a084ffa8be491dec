import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChurnError } from '../../src/errors.js';
import { parseOptions } from '../../src/options/run.js';
import { looksLikeTarget, parseUrlTarget, type UrlTarget } from '../../src/options/url.js';

const UNDERSTOOD: ReadonlyArray<readonly [word: string, target: Partial<UrlTarget>]> = [
  ['9000', { port: 9_000 }],
  [':9000', { port: 9_000 }],
  ['localhost:9000', { host: 'localhost', port: 9_000 }],
  ['[::1]:9000', { host: '::1', port: 9_000 }],
  ['tcp://127.0.0.1:9000', { host: '127.0.0.1', port: 9_000 }],
  ['tls://localhost:8443', { host: 'localhost', port: 8_443, client: 'tls' }],
  ['unix:/run/app.sock', { unix: '/run/app.sock' }],
  ['unix:///run/app.sock', { unix: '/run/app.sock' }],
  ['unix:@app', { unix: '@app' }],
  ['/run/app.sock', { unix: '/run/app.sock' }],
  ['./app.sock', { unix: './app.sock' }],
  ['redis://localhost', { host: 'localhost', port: 6_379, protocol: 'redis' }],
  ['smtp://127.0.0.1:2525', { host: '127.0.0.1', port: 2_525, protocol: 'smtp' }],
  [
    'http://localhost:3000/api/items?full=1',
    {
      host: 'localhost',
      port: 3_000,
      protocol: 'http',
      path: '/api/items?full=1',
      authority: 'localhost:3000',
    },
  ],
  ['http://localhost', { host: 'localhost', port: 80, protocol: 'http', path: '/', authority: 'localhost' }],
  [
    'https://[::1]:8443/',
    { host: '::1', port: 8_443, protocol: 'http', isSecure: true, path: '/', authority: '[::1]:8443' },
  ],
  [
    'localhost:3000/api',
    { host: 'localhost', port: 3_000, protocol: 'http', path: '/api', authority: 'localhost:3000' },
  ],
  [
    'http://ann:se%20cret@localhost:81/',
    {
      host: 'localhost',
      port: 81,
      protocol: 'http',
      path: '/',
      authority: 'localhost:81',
      credentials: 'ann:se cret',
    },
  ],
  [
    'ws://localhost:3000/chat',
    {
      host: 'localhost',
      port: 3_000,
      protocol: 'http',
      client: 'ws',
      path: '/chat',
      authority: 'localhost:3000',
    },
  ],
];

for (const [word, target] of UNDERSTOOD) {
  test(`${word} names a server`, () => {
    assert.ok(looksLikeTarget(word));
    assert.deepEqual(parseUrlTarget(word), { isSecure: false, ...target });
  });
}

const REFUSED: ReadonlyArray<readonly [word: string, sentence: RegExp]> = [
  ['inspct', /^A server is named by its port, address or URL, got "inspct"\.$/],
  ['0', /^0 names no port/],
  ['localhost:99999', /^localhost:99999 names no port/],
  ['tcp://localhost', /^A server is named by/],
  ['ftp://localhost/', /^ftp:\/\/localhost\/ begins with ftp:\/\/, which churn does not speak\.$/],
  ['http://', /^A server is named by/],
];

for (const [word, sentence] of REFUSED) {
  test(`${word} is refused`, () => {
    assert.throws(() => parseUrlTarget(word), { name: 'ChurnError', message: sentence });
  });
}

test('no command and no option is taken for a server', () => {
  for (const word of ['run', 'inspect', 'inspct', '--port', '-p', 'localhost'])
    assert.ok(!looksLikeTarget(word));
});

test('a URL is an address, a client that waits for the answer, and a request', () => {
  const { host, port, clients, script } = parseOptions({ url: 'http://localhost:3000/api' });
  assert.deepEqual([host, port, clients], [undefined, 3_000, ['reply']]);
  assert.match(Buffer.from(script.request).toString(), /^GET \/api HTTP\/1\.1\r\nHost: localhost:3000\r\n/);
  assert.ok(script.meant);
});

test('an address alone asks for nothing, as a port does', () => {
  assert.deepEqual(parseOptions({ url: 'localhost:9000' }), parseOptions({ port: 9_000 }));
});

test('a URL and a client: the client asks if it ever does', () => {
  assert.deepEqual(parseOptions({ url: 'http://localhost:3000/', client: 'fin' }).clients, ['fin']);
});

test('two names for the server are refused', () => {
  for (const raw of [{ port: 9 }, { unix: '/x' }])
    assert.throws(
      () => parseOptions({ url: '9000', ...raw }),
      (error: ChurnError) => error.code === 'usage',
    );
});

test('--host says where a name of a URL is', () => {
  assert.equal(parseOptions({ url: 'http://app.test:3000/', host: '127.0.0.1' }).host, '127.0.0.1');
});
