import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Report } from '../../src/report/report.js';
import { compileLife } from '../servers/life/compile.js';
import { churnJson } from '../support/churn.js';
import { brand } from '../support/survivors.js';

/** Runs churn with a command, and holds that nothing of it is left, whatever came of it. */
async function judge(options: readonly string[], command: readonly string[]) {
  const { env, survivors } = brand();
  const outcome = await churnJson(['--cycles', '100', ...options, '--', ...command], { env });
  assert.deepEqual(survivors(), [], 'nothing that was started survives');
  return outcome;
}

function evidence({ findings }: Report): string {
  return findings.flatMap(({ kind, evidence }) => (kind === 'sanitizer' ? evidence : [])).join('\n');
}

describe('a server with a checker of its own', () => {
  it('has what AddressSanitizer said beside its crash', async () => {
    const server = await compileLife('-fsanitize=address');
    const { status, report } = await judge(['--port', 'auto'], [server, 'uses-freed', '{port}']);
    assert.equal(status, 1);
    const crash = report.findings.find(({ kind }) => kind === 'crash');
    assert.ok(crash);
    const own = report.findings.find(({ kind }) => kind === 'sanitizer');
    assert.match(own?.evidence.join('\n') ?? '', /AddressSanitizer: heap-use-after-free .*life\.c/);
    assert.match(report.summary, /the server died, errors reported by the server's own checker: 1/);
  });

  it('is not called clean when LeakSanitizer reports at its end', async () => {
    const server = await compileLife('-fsanitize=address');
    const { report, stdout } = await judge(['--port', 'auto'], [server, 'loses-memory', '{port}']);
    assert.equal(report.verdict, 'fail');
    assert.match(evidence(report), /^LeakSanitizer: \d+ byte\(s\) leaked in \d+ allocation/);
    assert.doesNotMatch(stdout, /0 leak|no leak/);
  });

  it('is not called clean when valgrind counts errors', async () => {
    const server = [await compileLife(), 'loses-memory', '{port}'];
    const valgrind = ['valgrind', '--leak-check=full', ...server];
    const { report } = await judge(['--port', 'auto', '--ready-timeout', '60s'], valgrind);
    assert.equal(report.verdict, 'fail');
    assert.match(evidence(report), /^valgrind: definitely lost: /);
  });

  it('is clean when they have nothing to say', async () => {
    const server = await compileLife('-fsanitize=address');
    const { report } = await judge(['--port', 'auto', '--cycles', '1000'], [server, 'allocates', '{port}']);
    assert.equal(report.verdict, 'pass', report.summary);
    assert.match(report.notes.join('\n'), /Memory was not judged: the server runs with a sanitizer/);
  });
});
