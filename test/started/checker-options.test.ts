import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  askCheckers,
  namesOf,
  sanitizerOptions,
  valgrindOptions,
} from '../../src/started/checker-options.js';

test('the options of valgrind end where its program begins', () => {
  const command = ['/usr/bin/valgrind.bin', '-q', '--leak-check=yes', './server', '--error-exitcode=9'];
  const { isQuiet, leakCheck, errorExitCode, tool } = valgrindOptions(command, {});
  assert.deepEqual([isQuiet, leakCheck, errorExitCode, tool], [true, 'full', 0, 'memcheck']);
});

test('the command line has the last word over the environment', () => {
  const env = { VALGRIND_OPTS: '--leak-check=full --error-exitcode=3 --log-file=a.%p' };
  const { leakCheck, errorExitCode, logs } = valgrindOptions(['valgrind', '--leak-check=no', './s'], env);
  assert.deepEqual([leakCheck, errorExitCode, logs], ['no', 3, ['a.%p']]);
});

test('valgrind is asked for what is lost unless the user has decided', () => {
  const asked = (command: string[], env = {}) => askCheckers(command, env)['VALGRIND_OPTS'];
  assert.match(asked(['valgrind', '-q', './s']) ?? '', /^--leak-check=full /);
  assert.match(asked(['valgrind', './s', '--leak-check=no']) ?? '', /^--leak-check=full /);
  assert.match(asked(['valgrind', './s'], { VALGRIND_OPTS: '-q' }) ?? '', / -q$/);
  assert.equal(asked(['valgrind', '--leak-check=no', './s']), undefined);
  assert.equal(asked(['valgrind', '--tool=helgrind', './s']), undefined);
  assert.equal(asked(['valgrind', './s'], { VALGRIND_OPTS: '--leak-check=summary' }), undefined);
  assert.equal(asked(['./s']), undefined);
});

test('LeakSanitizer is asked to say that it looks, and what the user tells it stays', () => {
  assert.equal(askCheckers(['./s'], {})['LSAN_OPTIONS'], 'log_threads=1');
  assert.equal(
    askCheckers(['./s'], { LSAN_OPTIONS: 'suppressions=x' })['LSAN_OPTIONS'],
    'log_threads=1:suppressions=x',
  );
});

test('the options of sanitizers say where they write, and whether they look', () => {
  const of = (text: string) => sanitizerOptions({ ASAN_OPTIONS: text });
  assert.deepEqual(of('log_path=/tmp/a:detect_leaks=0').logs, ['/tmp/a']);
  assert.deepEqual(of('log_path="/tmp/a:b" exitcode=7').logs, ['/tmp/a:b']);
  assert.deepEqual(of('log_path=stderr').logs, []);
  assert.deepEqual(
    [of('detect_leaks=0').leaksSwitchedOff, of('detect_leaks=1').leaksSwitchedOff],
    [true, false],
  );
  assert.deepEqual([of('exitcode=7').reportStatus, of('exitcode=0').reportStatus], [7, undefined]);
});

test('a log is known by its pid and its variables, not by those of others', () => {
  const names = namesOf('v.%q{NAME}.%p.%n.log', { NAME: 'a+b' }, [7, 8]);
  assert.deepEqual(
    ['v.a+b.7.1.log', 'v.a+b.8.12.log', 'v.a+b.9.1.log', 'v.aab.7.1.log', 'v.a+b.7.1.log.old'].filter(name =>
      names.test(name),
    ),
    ['v.a+b.7.1.log', 'v.a+b.8.12.log'],
  );
});
