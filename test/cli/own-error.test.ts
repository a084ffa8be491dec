import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { toldError } from '../../src/cli/own-error.js';
import { ChurnError } from '../../src/errors.js';
import { ownLimitBehind } from '../../src/own-limits.js';

function tell(error: unknown, argv: readonly string[] = []) {
  let stderr = '';
  const io = {
    argv,
    nodeVersion: '20.0.0',
    platform: 'linux x64',
    stderr: {
      write: (text: string) => {
        stderr += text;
      },
      isTTY: false,
      columns: 80,
      rows: 24,
    },
  };
  const told = toldError(io, error);
  return { told, stderr };
}

function errno(code: string, more: Readonly<Record<string, string>> = {}): Error {
  return Object.assign(new Error(`${code}: …`), { code, ...more });
}

test('what was foreseen is told as it is', () => {
  const error = new ChurnError('usage', 'No.', 'Yes.');
  assert.equal(tell(error).told, error);
});

for (const code of [
  'EMFILE',
  'ENFILE',
  'ENOMEM',
  'EAGAIN',
  'ENOSPC',
  'EDQUOT',
  'EFBIG',
  'EROFS',
  'EIO',
  'EPIPE',
]) {
  test(`${code} is a limit of this machine, with the call that met it`, () => {
    const { told, stderr } = tell(errno(code, { syscall: 'open', path: '/proc/1/stat' }));
    assert.equal(told.code, 'own-limit');
    assert.match(told.message, new RegExp(`^[A-Z].*\\(${code}, open /proc/1/stat\\)\\.$`));
    assert.match(told.hint, /^[A-Z].*\.$/);
    assert.equal(stderr, '');
  });
}

test('a thread that could not be started is known by what Node wraps', () => {
  const error = Object.assign(new Error('Worker initialization failure: EMFILE'), { code: 'ERR_SOMETHING' });
  assert.match(ownLimitBehind(error)?.what ?? '', /descriptors/);
});

test('a mistake is told as one, and its stack is in a file', () => {
  const { told, stderr } = tell(new TypeError('x is not a function'), ['--port', '9']);
  assert.equal(told.code, 'own-error');
  assert.match(
    told.message,
    /churn itself made a mistake \(x is not a function\), which is no word about the server\./,
  );
  const [, file = ''] = /with the file (\S+)\.$/.exec(told.hint) ?? [];
  const text = readFileSync(file, 'utf8');
  rmSync(dirname(file), { recursive: true });
  assert.match(
    text,
    /^churn \S+, node 20\.0\.0, linux x64\n\["--port","9"\]\nTypeError: x is not a function\n {4}at /,
  );
  assert.equal(stderr, '');
});

test('with --verbose its stack is on stderr, and not where the option is one of the command', () => {
  assert.match(tell(new TypeError('oh'), ['-v']).stderr, /TypeError: oh\n {4}at /);
  const { told } = tell(new TypeError('oh'), ['--', '-v']);
  const [, file = ''] = /with the file (\S+)\.$/.exec(told.hint) ?? [];
  rmSync(dirname(file), { recursive: true });
});

test('what is thrown and is no error is told too', () => {
  const { told } = tell(undefined, ['-v']);
  assert.match(told.message, /\(undefined\)/);
});
