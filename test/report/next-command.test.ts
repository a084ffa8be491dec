import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildProgram } from '../../src/cli/program.js';
import { parseOptions, type RawOptions } from '../../src/options/run.js';
import { nextCommand } from '../../src/report/found.js';
import type { Finding, HeldGroup } from '../../src/verdict/finding.js';
import type { ClientName } from '../../src/workload/client-names.js';

const TCP = '127.0.0.1:9000';
const common = { severity: 'fail', count: 5, perCycle: 1 } as const;

/** Only the facts that decide. */
function finding(facts: object): Finding {
  return { ...common, ...facts } as unknown as Finding;
}

function fd(what: HeldGroup['what']): Finding {
  return finding({ kind: 'fd', groups: [{ what }] });
}

const COMMANDS: ReadonlyArray<readonly [what: string, finding: Finding, command: string]> = [
  ['connections', fd('connection'), 'churn explain fd'],
  ['sockets that were reset', fd('dead-socket'), 'churn --port 9000 --client rst'],
  ['files', fd('file'), 'churn explain fd'],
  ['connections outside', fd('outside'), 'churn inspect --port 9000'],
  ['connections to a third party', fd('upstream'), 'churn inspect --port 9000'],
  ['threads', finding({ kind: 'thread' }), 'churn explain thread'],
  ['children', finding({ kind: 'child' }), 'churn inspect --port 9000'],
  ['zombies', finding({ kind: 'zombie' }), 'churn explain zombie'],
  ['mappings', finding({ kind: 'mapping' }), 'churn explain mapping'],
  ['memory', finding({ kind: 'memory' }), 'churn --port 9000 --cycles 100000'],
  [
    'a crash on a connection',
    finding({ kind: 'crash', connections: [520, 522] }),
    'churn --port 9000 --warmup 0 --cycles 522',
  ],
  ['a crash at some time', finding({ kind: 'crash' }), 'churn explain crash'],
  ['a new worker', finding({ kind: 'restart' }), 'churn explain restart'],
  ['a hang', finding({ kind: 'hang', atFdLimit: false }), 'churn inspect --port 9000'],
  ['a hang at the limit', finding({ kind: 'hang', atFdLimit: true }), 'churn explain fd'],
  ['refusals', finding({ kind: 'refused', listenerGone: false }), 'churn --port 9000 --pause 10ms'],
  ['a closed listener', finding({ kind: 'refused', listenerGone: true }), 'churn explain refused'],
];

for (const [what, found, command] of COMMANDS) {
  test(`after ${what}: ${command}`, () => {
    assert.equal(nextCommand(found, TCP), command);
  });

  test(`${command} is a command with options that exist`, () => {
    const [, first = '', ...rest] = nextCommand(found, TCP).split(' ');
    const name = first.startsWith('-') ? 'run' : first;
    const program = buildProgram({ stdout: { columns: 80 } } as unknown as Parameters<
      typeof buildProgram
    >[0]);
    const called = program.commands.find(candidate => candidate.name() === name);
    assert.ok(called, name);
    for (const option of [first, ...rest].filter(word => word.startsWith('--')))
      assert.ok(
        called.options.some(({ long }) => long === option),
        option,
      );
  });
}

test('a client behaviour that was just tried is not advised again', () => {
  assert.equal(nextCommand(fd('dead-socket'), TCP, { clients: ['rst'] }), 'churn explain fd');
  assert.equal(
    nextCommand(fd('dead-socket'), TCP, { clients: ['fin', 'byte'] }),
    'churn --port 9000 --client rst',
  );
});

const MEMORY = finding({ kind: 'memory' });
const SAME: ReadonlyArray<
  readonly [what: string, raw: RawOptions, clients: readonly ClientName[], found: Finding, command: string]
> = [
  [
    'a URL',
    { url: 'http://localhost:3000/api?x=1' },
    ['reply'],
    fd('connection'),
    "churn 'http://localhost:3000/api?x=1' --where",
  ],
  [
    'an address with a path',
    { url: '127.0.0.1:3000/api' },
    ['reply'],
    fd('connection'),
    'churn 127.0.0.1:3000/api --where',
  ],
  [
    'a client that its URL does not ask for',
    { url: 'redis://:secret@localhost:6379', client: 'byte' },
    ['byte'],
    fd('connection'),
    'churn redis://:PASSWORD@localhost:6379 --client byte --where',
  ],
  [
    'a URL with the password of somebody',
    { url: 'https://me:secret@localhost:3000/', insecure: true },
    ['reply'],
    fd('connection'),
    'churn https://me:PASSWORD@localhost:3000/ --insecure --where',
  ],
  [
    'a method, headers and a body',
    {
      port: 9000,
      path: ['/a', '/b'],
      method: 'PUT',
      header: ['X-Tenant: 7', 'Authorization: Bearer abc'],
      data: '{}',
    },
    ['reply'],
    fd('connection'),
    "churn --port 9000 --client reply --path /a --path /b --method PUT --header 'X-Tenant: 7' --header 'Authorization: …' --data '{}' --where",
  ],
  [
    'bytes of a file',
    { port: 9000, send: new Uint8Array([1]), expect: 'PONG' },
    ['reply'],
    MEMORY,
    'churn --port 9000 --client reply --send @FILE --expect PONG --cycles 100000',
  ],
  [
    'a client alone',
    { port: 9000, client: 'byte' },
    ['byte'],
    finding({ kind: 'crash', connections: [520, 522] }),
    'churn --port 9000 --client byte --warmup 0 --cycles 522',
  ],
  [
    'TLS',
    { port: 9000, client: 'tls', insecure: true },
    ['tls'],
    fd('connection'),
    'churn --port 9000 --client tls --insecure --where',
  ],
  [
    'a request, where a client that sends none tells more',
    { url: 'http://localhost:3000/api' },
    ['reply'],
    fd('dead-socket'),
    'churn http://localhost:3000/api --client rst',
  ],
];

for (const [what, raw, clients, found, command] of SAME) {
  test(`after ${what}, the same is asked again: ${command}`, () => {
    const { asked } = parseOptions(raw);
    assert.equal(nextCommand(found, TCP, { where: false, clients, asked }), command);
  });
}

test('what memory keeps is asked of a runtime that can tell it, and once', () => {
  const next = (done: Parameters<typeof nextCommand>[2]) => nextCommand(MEMORY, TCP, done);
  const asked = { where: false, clients: ['reply'] } as const;
  assert.equal(next({ ...asked, server: 'node' }), 'churn --port 9000 --client reply --where');
  assert.equal(next({ ...asked, server: 'java' }), 'churn --port 9000 --client reply --where');
  assert.equal(next({ ...asked, server: 'poll-loop' }), 'churn --port 9000 --client reply --cycles 100000');
  const told = { ...asked, where: true, server: 'node' } as const;
  assert.equal(next(told), 'churn --port 9000 --client reply --cycles 100000');
});

const ADDRESSES: ReadonlyArray<readonly [address: string, options: string]> = [
  ['127.0.0.1:9000', '--port 9000'],
  ['[::1]:9000', '--port 9000'],
  ['10.0.0.7:9000', '--host 10.0.0.7 --port 9000'],
  ['127.0.0.2:9000', '--host 127.0.0.2 --port 9000'],
  ['[fe80::1]:9000', '--host fe80::1 --port 9000'],
  ['unix:/run/app.sock', '--unix /run/app.sock'],
  ['unix:/run/my app.sock', "--unix '/run/my app.sock'"],
  ['unix:/run/0 leaks', "--unix '/run/0·leaks'"],
];

for (const [address, options] of ADDRESSES) {
  test(`${address} is named by ${options}`, () => {
    assert.equal(nextCommand(finding({ kind: 'child' }), address), `churn inspect ${options}`);
  });
}
