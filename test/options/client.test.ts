import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChurnError } from '../../src/errors.js';
import { parseClients, type RawClientOptions } from '../../src/options/client.js';
import { CLIENT_NAMES } from '../../src/workload/client-names.js';
import { isExpected, PROTOCOL_NAMES, type Script } from '../../src/workload/script.js';

const parse = (raw: RawClientOptions) => parseClients(raw, 10, false);
const text = ({ request }: Script) => Buffer.from(request).toString('latin1');

for (const client of CLIENT_NAMES) {
  test(`--client ${client} is understood without any other option`, () => {
    const { clients, script } = parse({ client });
    assert.deepEqual(clients, [client]);
    assert.equal(script.meant, false);
    assert.match(text(script), /^GET \/ HTTP\/1\.1\r\n/);
  });
}

for (const protocol of PROTOCOL_NAMES) {
  test(`--protocol ${protocol} has a request, and knows an answer when it sees one`, () => {
    const { script } = parse({ client: 'reply', protocol });
    const answers = { http: 'HTTP/1.1 404 Not Found', redis: '-NOAUTH', smtp: '250-x', echo: text(script) };
    assert.ok(script.request.length > 5 && script.meant);
    assert.ok(isExpected(answers[protocol], script.expect));
    assert.ok(!isExpected('SSH-2.0-OpenSSH', script.expect));
    assert.equal(script.greets, protocol === 'smtp');
  });
}

test('several clients are taken in turn, spaces between them do not matter', () => {
  assert.deepEqual(parse({ client: 'fin, rst,half' }).clients, ['fin', 'rst', 'half']);
});

test('--tls is short for --client tls', () => {
  assert.deepEqual(parse({ tls: true }).clients, ['tls']);
  assert.deepEqual(parse({ tls: true, client: 'tls' }).clients, ['tls']);
});

test('what is sent, expected, and asked for in TLS is understood', () => {
  const { script } = parse({
    client: 'tls',
    send: String.raw`PING\r\n`,
    expect: '/^\\+PONG/i',
    sni: 'example.test',
    alpn: 'h2, http/1.1',
    insecure: true,
    cert: undefined,
    key: undefined,
  });
  assert.equal(text(script), 'PING\r\n');
  assert.deepEqual(script.expect, /^\+PONG/i);
  assert.deepEqual(script.tls, {
    sni: 'example.test',
    alpn: ['h2', 'http/1.1'],
    ca: undefined,
    insecure: true,
    cert: undefined,
    key: undefined,
  });
});

test('a text that is expected may hold bytes, and a slash', () => {
  assert.equal(parse({ client: 'reply', expect: String.raw`\xffOK` }).script.expect, '\xffOK');
  assert.equal(parse({ client: 'reply', expect: '/etc' }).script.expect, '/etc');
});

test('--expect takes the place of what a protocol would expect', () => {
  assert.equal(parse({ client: 'reply', protocol: 'http', expect: '200' }).script.expect, '200');
});

const REFUSED: ReadonlyArray<readonly [raw: RawClientOptions, sentence: RegExp]> = [
  [{ client: 'fin,' }, /^--client expects one of fin, .*, got ""\.$/],
  [{ client: 'fin,rst,fin' }, /^--client names fin twice\.$/],
  [{ client: 'rst', tls: true }, /^--tls is short for --client tls/],
  [{ protocol: 'ftp', client: 'reply' }, /^--protocol expects one of http, .*, got "ftp"\.$/],
  [{ send: 'x', client: 'fin' }, /^--send has no meaning with --client fin, which sends no request\.$/],
  [{ send: 'x', client: 'fin,byte' }, /^--send has no meaning with --client fin, byte/],
  [{ protocol: 'http', client: 'fin' }, /^--protocol has no meaning with --client fin/],
  [
    { expect: 'x', client: 'fin' },
    /^--expect has no meaning with --client fin, which waits for no answer\.$/,
  ],
  [{ expect: 'x', client: 'partial' }, /^--expect has no meaning with --client partial/],
  [{ send: 'x', protocol: 'http', client: 'reply' }, /^--send and --protocol both say what is sent\.$/],
  [{ sni: 'x' }, /^--sni has no meaning with --client fin, which does not speak TLS\.$/],
  [{ alpn: 'h2', client: 'reply' }, /^--alpn has no meaning/],
  [{ ca: 'x', client: 'reply' }, /^--ca has no meaning/],
  [{ insecure: true }, /^--insecure has no meaning/],
  [{ ca: 'x', insecure: true, tls: true }, /^--ca says whom to trust, --insecure trusts everybody\.$/],
  [{ alpn: 'h2,', tls: true }, /^--alpn expects names separated by commas, got "h2,"\.$/],
  [{ send: '', client: 'reply' }, /^--send expects data, got "": there is nothing in it\.$/],
  [{ send: '\\q', client: 'reply' }, /^--send expects data, got "\\\\q": \\q is no escape\.$/],
  [{ send: new Uint8Array(), client: 'reply' }, /^--send names a file that is empty\.$/],
  [{ expect: '', client: 'reply' }, /^--expect expects a text or a \/pattern\/, got ""\.$/],
  [{ expect: '/(/', client: 'reply' }, /^--expect \/\(\/ is no regular expression\.$/],
];

for (const [raw, sentence] of REFUSED) {
  test(`${JSON.stringify(raw)} is refused with a sentence and a hint`, () => {
    assert.throws(
      () => parse(raw),
      error => {
        assert.ok(error instanceof ChurnError);
        assert.equal(error.code, 'usage');
        assert.match(error.message, sentence);
        assert.notEqual(error.hint, '');
        return true;
      },
    );
  });
}

test('what one of several clients needs may be said', () => {
  assert.equal(text(parse({ client: 'fin,reply', send: 'x', expect: 'y' }).script), 'x');
  assert.equal(parse({ client: 'rst,tls-abort', sni: 'x' }).script.tls.sni, 'x');
});

test('a probe takes notice of a request and of its answer, whatever the clients do', () => {
  const { script } = parseClients({ client: 'fin', send: 'PING', expect: 'PONG' }, 10, true);
  assert.deepEqual([text(script), script.expect, script.meant], ['PING', 'PONG', true]);
});
