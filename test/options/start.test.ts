import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChurnError } from '../../src/errors.js';
import { parseOptions, type RawOptions } from '../../src/options/run.js';

test('a command is all that has to be said of a server that is started', () => {
  const { start, port } = parseOptions({ command: ['./server', '9000'] });
  assert.equal(port, undefined);
  assert.deepEqual(start, {
    command: ['./server', '9000'],
    picksPort: false,
    readyMs: 10_000,
    graceMs: 5_000,
    logFile: undefined,
    openFiles: undefined,
    repeat: 1,
    shutdown: false,
    reload: undefined,
    preset: { ready: true, grace: true, timeout: true, settle: true },
  });
});

test('a free port is picked with --port auto', () => {
  const { start, port } = parseOptions({ port: 'auto', command: ['./server', '{port}'] });
  assert.equal(port, undefined);
  assert.equal(start?.picksPort, true);
});

/** What does not go together, and what the sentence or the hint must say. */
const REFUSED: ReadonlyArray<readonly [what: string, raw: RawOptions, says: RegExp]> = [
  ['--port auto without a command', { port: 'auto' }, /--port auto needs a server that churn starts itself/],
  ['--nofile without a command', { port: 9, nofile: '64' }, /--nofile needs a server that churn starts/],
  ['--repeat without a command', { port: 9, repeat: '2' }, /--repeat needs a server that churn starts/],
  ['--server-log without a command', { port: 9, serverLog: 'x' }, /--server-log needs a server/],
  ['an empty command', { port: 9, command: [] }, /There is no command behind --/],
  [
    'a {port} that nobody named',
    { command: ['./server', '--port={port}'] },
    /no port was named.*--port auto/s,
  ],
  ['--pid beside a command', { pid: ['1'], command: ['./server'] }, /--pid names a server that runs/],
  [
    '--allow-remote beside a command',
    { port: 9, allowRemote: true, command: ['./server'] },
    /--allow-remote judges a server that runs already/,
  ],
  ['a time without a unit', { command: ['./server'], grace: '5' }, /--grace expects a time/],
  ['no descriptors', { command: ['./server'], nofile: '0' }, /--nofile expects a whole number from 8/],
  ['--shutdown without a command', { port: 9, shutdown: true }, /--shutdown needs a server that churn/],
  ['--reload without a command', { port: 9, reload: 'SIGHUP' }, /--reload needs a server that churn starts/],
  ['a signal that is none', { command: ['./s'], reload: 'SIGFOO' }, /--reload expects SIGHUP.*got "SIGFOO"/],
  ['a signal that ends servers', { command: ['./s'], reload: 'SIGTERM' }, /--reload expects SIGHUP/],
  ['a second colon', { command: ['./s'], reload: 'SIGHUP:1:2' }, /--reload expects SIGHUP/],
  ['nothing behind the colon', { command: ['./s'], reload: 'SIGHUP:' }, /--reload SIGNAL: expects a time/],
  ['a reload in no cycle', { command: ['./s'], reload: 'SIGHUP:0' }, /expects a whole number from 1/],
  [
    'a reload that would never come',
    { command: ['./s'], reload: 'SIGHUP:2000' },
    /would never be sent: there are only 1000 cycles/,
  ],
  [
    '--reload with --thorough',
    { command: ['./s'], reload: 'SIGHUP', thorough: true },
    /--reload does not go with --thorough/,
  ],
  ['no start', { command: ['./server'], repeat: '0' }, /--repeat expects a whole number from 1/],
];

for (const [what, raw, says] of REFUSED) {
  test(`${what} is refused`, () => {
    assert.throws(
      () => parseOptions(raw),
      (error: unknown) => error instanceof ChurnError && says.test(`${error.message} ${error.hint}`),
    );
  });
}

const RELOADS: ReadonlyArray<readonly [raw: RawOptions, everyCycles: number | undefined, everyMs?: number]> =
  [
    [{ reload: 'SIGHUP' }, 200],
    [{ reload: 'HUP', cycles: '100' }, 20],
    [{ reload: 'SIGUSR2:50' }, 50],
    [{ reload: 'SIGHUP:2s' }, undefined, 2_000],
    [{ reload: 'SIGHUP', duration: '10s' }, undefined, 1_000],
  ];

for (const [raw, everyCycles, everyMs] of RELOADS) {
  test(`${JSON.stringify(raw)} reloads every ${everyCycles ?? everyMs} ${everyMs ? 'ms' : 'cycles'}`, () => {
    const { reload } = parseOptions({ ...raw, command: ['./server'] }).start ?? {};
    assert.equal(reload?.everyCycles, everyCycles);
    assert.equal(reload?.everyMs, everyMs);
  });
}
