import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { compileC, launch } from '../servers/launch.js';
import { compileLife } from '../servers/life/compile.js';
import { churnJson } from '../support/churn.js';
import { brand } from '../support/survivors.js';
import { isInstalledProgram } from '../support/watching.js';

const folder = mkdtempSync(join(tmpdir(), 'churn-checkers-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const PLAIN: readonly string[] = [];
const ADDRESS = ['-fsanitize=address'];
const LEAK = ['-fsanitize=leak'];

interface Row {
  /** Flags of the compiler. */
  readonly flags: readonly string[];
  readonly defect: string;
  /** Before the server. */
  readonly through?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly verdict: 'pass' | 'fail' | 'undecided';
  /** In the evidence, or in the notes where there is no finding. */
  readonly says?: RegExp;
}

const lost = /^LeakSanitizer: \d+ byte\(s\) leaked/;
const log = (name: string) => join(folder, name);

const SANITIZERS: Readonly<Record<string, Row>> = {
  'AddressSanitizer, and a server that leaves by exit()': {
    flags: ADDRESS,
    defect: 'leaves',
    verdict: 'pass',
  },
  'AddressSanitizer, and what is lost': {
    flags: ADDRESS,
    defect: 'loses-memory',
    verdict: 'fail',
    says: lost,
  },
  'AddressSanitizer, and SIGTERM before exit()': {
    ...{ flags: ADDRESS, defect: 'ok', verdict: 'undecided' },
    says: /^LeakSanitizer had no chance to report: .* signal that stopped the server ended process \d+ before/m,
  },
  'AddressSanitizer, and _exit()': {
    ...{ flags: ADDRESS, defect: 'leaves-at-once', verdict: 'undecided' },
    says: /^LeakSanitizer had no chance to report: .* ended without it, as by _exit\(\)/m,
  },
  'AddressSanitizer, and a server that leaves on SIGINT alone': {
    ...{ flags: ADDRESS, defect: 'leaves-on-int', verdict: 'pass' },
  },
  'AddressSanitizer that is not to look for leaks': {
    ...{ flags: ADDRESS, defect: 'leaves', verdict: 'undecided', env: { ASAN_OPTIONS: 'detect_leaks=0' } },
    says: /^LeakSanitizer was told not to look for lost memory \(detect_leaks=0\)/m,
  },
  'AddressSanitizer that writes into a file': {
    ...{ flags: ADDRESS, defect: 'loses-memory', verdict: 'fail', says: lost },
    env: { ASAN_OPTIONS: `log_path=${log('asan')}` },
  },
  'AddressSanitizer that has nothing for its file': {
    ...{ flags: ADDRESS, defect: 'leaves', verdict: 'pass' },
    env: { ASAN_OPTIONS: `log_path=${log('empty')}` },
  },
  'AddressSanitizer that is linked in': {
    ...{ flags: [...ADDRESS, '-static-libasan'], defect: 'ok', verdict: 'undecided' },
    says: /^LeakSanitizer had no chance to report/m,
  },
  'LeakSanitizer, and a server that leaves by exit()': { flags: LEAK, defect: 'leaves', verdict: 'pass' },
  'LeakSanitizer, and what is lost': { flags: LEAK, defect: 'loses-memory', verdict: 'fail', says: lost },
  'LeakSanitizer, and SIGTERM before exit()': {
    ...{ flags: LEAK, defect: 'ok', verdict: 'undecided', says: /^LeakSanitizer had no chance to report/m },
  },
  'LeakSanitizer whose report nobody reads': {
    ...{ flags: LEAK, defect: 'loses-memory', verdict: 'fail' },
    through: ['sh', '-c', 'exec 2>/dev/null "$@"', 'sh'],
    says: /^LeakSanitizer: exit status 23/,
  },
  'ThreadSanitizer, and a race': {
    ...{ flags: ['-fsanitize=thread'], defect: 'races', verdict: 'fail' },
    says: /^ThreadSanitizer: data race /,
  },
  'ThreadSanitizer, and none': {
    ...{ flags: ['-fsanitize=thread'], defect: 'leaves', verdict: 'undecided' },
    says: /^Memory not decided: ThreadSanitizer looks for other faults/m,
  },
  'UBSan, and an overflow': {
    ...{ flags: ['-fsanitize=undefined'], defect: 'overflows', verdict: 'fail' },
    says: /^UBSan: .*life\.c:\d+:\d+: runtime error: signed integer overflow/,
  },
  'UBSan, which has nothing to do at the end': {
    flags: ['-fsanitize=undefined'],
    defect: 'ok',
    verdict: 'pass',
  },
};

const located = /valgrind: definitely lost: [\d,]+ bytes in [\d,]+ blocks: .*life\.c:\d+\)/;
const quietly = (...words: string[]) => ['valgrind', '-q', ...words];

const VALGRIND: Readonly<Record<string, Row>> = {
  'which is quiet': {
    ...{ flags: PLAIN, defect: 'loses-memory', through: quietly() },
    verdict: 'fail',
    says: located,
  },
  'which is quiet, and nothing is lost': {
    ...{ flags: PLAIN, defect: 'ok', through: quietly() },
    verdict: 'pass',
  },
  'which is not to look for leaks': {
    ...{ flags: PLAIN, defect: 'loses-memory', through: quietly('--leak-check=no'), verdict: 'undecided' },
    says: /^valgrind was told not to look/m,
  },
  'which is quiet, and only to sum up': {
    ...{
      flags: PLAIN,
      defect: 'loses-memory',
      through: quietly('--leak-check=summary'),
      verdict: 'undecided',
    },
    says: /^valgrind had no chance to report what was lost/m,
  },
  'which writes XML into a file': {
    ...{ flags: PLAIN, defect: 'loses-memory', verdict: 'fail', says: located },
    through: quietly('--xml=yes', `--xml-file=${log('%q{USER_NAME}.%p.xml')}`),
    env: { USER_NAME: 'someone' },
  },
  'which writes XML between what the server writes': {
    ...{ flags: PLAIN, defect: 'ok', verdict: 'pass', through: quietly('--xml=yes', '--xml-fd=1') },
  },
  'which writes into a file': {
    ...{ flags: PLAIN, defect: 'loses-memory', verdict: 'fail', says: located },
    through: ['valgrind', `--log-file=${log('%p.log')}`],
  },
  'which sends its report to nobody, but has a status for it': {
    ...{ flags: PLAIN, defect: 'loses-memory', verdict: 'fail', says: /^valgrind: exit status 9, / },
    through: [
      'sh',
      '-c',
      'exec 2>/dev/null "$@"',
      'sh',
      ...quietly('--leak-check=full', '--error-exitcode=9'),
    ],
  },
};

async function judge(options: readonly string[], command: readonly string[], given: Row['env'] = {}) {
  const { env, survivors } = brand();
  const args = ['--port', 'auto', '--cycles', '100', '--settle', '2s', ...options, '--', ...command];
  const outcome = await churnJson(args, { env: { ...env, ...given } });
  assert.deepEqual(survivors(), []);
  return outcome;
}

async function answer({ flags, defect, through = [], env, verdict, says }: Row): Promise<void> {
  const server = [...through, await compileLife(...flags), defect, '{port}'];
  const { report, stdout, status } = await judge([], server, env);
  const evidence = report.findings.flatMap(finding => finding.evidence).join('\n');
  const notes = report.notes.join('\n');
  assert.equal(report.verdict, verdict, `${report.summary}\n${evidence}\n${notes}`);
  assert.equal(status, verdict === 'fail' ? 1 : 0);
  assert.deepEqual(
    report.findings.map(({ kind }) => kind),
    verdict === 'fail' ? ['sanitizer'] : [],
  );
  if (says) assert.match(verdict === 'fail' ? evidence : notes, says);
  if (verdict !== 'pass') assert.doesNotMatch(stdout, /0 leak|no leak/);
  if (verdict === 'undecided') {
    assert.equal(report.summary, 'UNDECIDED  100 cycles, not decided: sanitizer');
    assert.equal(report.checks.find(({ kind }) => kind === 'sanitizer')?.status, 'undecided');
  }
  assert.doesNotMatch(report.server?.output.lines.join('\n') ?? '', /Processing thread/);
}

describe('a server that was built with a sanitizer:', () => {
  for (const [what, row] of Object.entries(SANITIZERS)) it(`${what}: ${row.verdict}`, () => answer(row));

  it('leaves no file in which there is nothing', () => {
    assert.deepEqual(
      readdirSync(folder).filter(name => name.startsWith('empty')),
      [],
    );
    assert.equal(readdirSync(folder).filter(name => name.startsWith('asan.')).length, 1);
  });

  it('is stopped by SIGINT where only that makes it leave by exit(), and that is told', async () => {
    const { report } = await judge([], [await compileLife(...ADDRESS), 'leaves-on-int', '{port}']);
    assert.deepEqual([report.server?.stopped.asked, report.server?.stopped.status], ['SIGINT', 0]);
  });

  it('is undecided with --strict too, and that is exit status 3', async () => {
    const { status } = await judge(['--strict'], [await compileLife(...LEAK), 'ok', '{port}']);
    assert.equal(status, 3);
  });

  it('is no proof where its reports are not to fail a run', async () => {
    const { report, stdout } = await judge(['--fail-on', 'fd'], [await compileLife(...LEAK), 'ok', '{port}']);
    assert.deepEqual([report.verdict, report.clean], ['pass', false]);
    assert.doesNotMatch(stdout, /0 leak|no leak/);
  });
});

describe('a server under valgrind', () => {
  const skip = !isInstalledProgram('valgrind') && !process.env['CI'] ? 'valgrind is not installed' : false;
  for (const [what, row] of Object.entries(VALGRIND))
    it(`${what}: ${row.verdict}`, { skip }, () => answer(row));

  it('which tracks descriptors: a leak is told with the place that opened them', { skip }, async () => {
    const server = [await compileC('poll'), '--port', '{port}', '--fault', 'no-close'];
    const { report } = await judge([], ['valgrind', '--track-fds=yes', ...server]);
    assert.deepEqual(
      report.findings.map(({ kind }) => kind),
      ['fd'],
    );
    assert.match(
      report.findings[0]?.evidence.join('\n') ?? '',
      /valgrind: \d{3,} descriptors open at exit were opened by accept4? \(.*poll\.c:\d+\)/,
    );
  });

  it('which tracks descriptors: a socket that listens is no leak', { skip }, async () => {
    const { report } = await judge([], ['valgrind', '--track-fds=all', await compileLife(), 'ok', '{port}']);
    assert.equal(report.verdict, 'pass', report.summary);
    assert.equal(report.server?.openAtExit?.length, 1);
  });

  it('is no proof while it is watched: what was lost is said only at the end', { skip }, async () => {
    const server = await launch(['valgrind', '-q', await compileC('poll')]);
    try {
      const connecting = `require('net').connect(${server.port}, '127.0.0.1', function () { this.destroy(); })`;
      const load = [process.execPath, '-e', connecting];
      const { report, stdout } = await churnJson(['watch', '--port', `${server.port}`, '--', ...load]);
      assert.deepEqual([report.verdict, report.clean], ['undecided', false], report.summary);
      assert.match(
        report.notes.join('\n'),
        /^Memory not decided: the server runs with a checker \(valgrind\)/m,
      );
      assert.doesNotMatch(stdout, /0 leak|no leak/);
    } finally {
      await server.stop();
    }
  });
});
