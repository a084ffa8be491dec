import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Report } from '../../src/report/report.js';
import { renderText, type TextStyle } from '../../src/report/text.js';
import { wrap } from '../../src/report/wrap.js';
import { judge } from '../../src/verdict/judge.js';
import {
  buildEvidence,
  forgotten,
  grown,
  leaking,
  rounds,
  serverProcess,
  snapshot,
  tally,
  upTo,
} from '../support/evidence.js';
import { buildReport, DEFAULT_POLICY } from '../support/report.js';

const PLAIN: TextStyle = { colorLevel: 0, columns: 80 };

test('a clean run fits on one screen and ends in its proof', () => {
  assert.equal(
    renderText(buildReport(), PLAIN),
    `churn 127.0.0.1:9000  ·  ./server --port 9000  ·  pid 4242

  cycles     1000 cycles in 0.09 s (11\u00a0111/s), 0 errors, 10 warm-up
  accepted   1010 of 1010 connections
  fds        5 → 5
  memory     2.0 MiB → 2.0 MiB   0 B/cycle
  threads    1 → 1      children  0 → 0      zombies  0
  server     alive, same process, accept queue drained

PASS  1000 cycles, 0 leaks
`,
  );
});

test('a leaking one says what is held, since when, why, and where to look', () => {
  assert.equal(
    renderText(buildReport(leaking(upTo(1_010))), PLAIN),
    `churn 127.0.0.1:9000  ·  ./server --port 9000  ·  pid 4242

  cycles     1000 cycles in 0.09 s (11\u00a0111/s), 0 errors, 10 warm-up
  accepted   1010 of 1010 connections
  fds        5 → 1015
  memory     2.0 MiB → 2.0 MiB   0 B/cycle
  threads    1 → 1      children  0 → 0      zombies  0
  server     alive, same process, accept queue drained

FAIL  1000 cycles, leaked file descriptors: 1010

  ✖ fd   fds 5 → 1015 (10 of them in the warm-up), one on every cycle
         1010 × TCP socket in CLOSE_WAIT (fd 5 … 1014): the client closed, the
         server never called close()
         limit 1024: accept() fails with EMFILE after 9 more connections
         look at: the path where read()/recv() returns 0
         next: churn explain fd
`,
  );
});

const { settled } = leaking([]);
const root = { pid: 4_242, comm: 'server', isRoot: true, servedOther: false, replacedBy: undefined };

/** What stands in the lines of measurement, by what was measured. */
const LINES: ReadonlyArray<readonly [what: string, report: Report, line: string]> = [
  [
    'cycles that were not made',
    reportOf({ cycles: tally({ completed: 417, durationMs: 2_000 }) }),
    '  cycles     417 of 1000 cycles in 2.0 s (209/s), 0 errors, 10 warm-up',
  ],
  [
    'one failed cycle',
    reportOf({ cycles: tally({ completed: 999, failed: 1, durationMs: 100 }) }),
    '  cycles     999 of 1000 cycles in 0.10 s (9990/s), 1 error, 10 warm-up',
  ],
  ['confirming cycles', reportOf({ confirm: tally({ completed: 12_000 }) }), '12\u00a0000 to confirm'],
  [
    'memory that could not be read',
    reportOf({ rounds: [], baseline: hidden(), before: hidden(), after: hidden() }),
    '  memory     unknown → unknown   too few rounds for a trend',
  ],
  [
    'memory in doubt',
    reportOf({ rounds: rounds(n => 2_097_152 + 200 * n) }),
    'not decided, under 200 B/cycle',
  ],
  [
    'memory without a trend',
    reportOf({ rounds: rounds(n => 2_097_152 + 10 * n) }),
    'no trend, under 10 B/cycle',
  ],
  [
    'memory that grows',
    reportOf({
      connections: 20_200,
      rounds: rounds().map(round => ({
        ...round,
        connections: 20 * round.connections,
        anonBytes: 4_000 * round.connections,
      })),
    }),
    '200 B/cycle',
  ],
  [
    'memory beside a leak',
    reportOf({ ...leaking([11]), rounds: rounds(n => 2_097_152 + 200 * n) }),
    'not judged beside what leaks',
  ],
  ['a crash', reportOf({ departed: [root] }), '  server     died\n'],
  [
    'a queue that is not empty',
    reportOf({ settled, acceptQueue: 5 }),
    '  server     alive, same process, accept queue 5\n',
  ],
  [
    'workers that were replaced',
    reportOf({ departed: [{ ...root, isRoot: false, replacedBy: 7 }] }),
    '  server     alive, workers replaced,',
  ],
  ['a server that went after the run', gone(), '  server     gone, same process,'],
];

for (const [what, report, line] of LINES) {
  test(`${what}: ${line.trim()}`, () => {
    const text = renderText(report, { colorLevel: 0, columns: 110 });
    assert.ok(text.includes(line), text);
  });
}

test('a cause that the evidence has named already is not said again', () => {
  const said = renderText(buildReport(leaking([11])), { colorLevel: 0, columns: 200 });
  assert.equal(said.split('the server never called close()').length - 1, 1);
});

test('an error is a sentence and a hint', () => {
  const report: Report = {
    ...buildReport(),
    verdict: 'error',
    clean: false,
    error: { code: 'usage', sentence: 'Wrong.', hint: 'Right.' },
  };
  assert.equal(renderText(report, PLAIN), 'churn: Wrong.\nhint: Right.\n');
});

test('colour is there when it is asked for, and the proof is one span of it', () => {
  assert.doesNotMatch(renderText(buildReport(), PLAIN), /\u001b/);
  for (const colorLevel of [1, 2, 3] as const) {
    const text = renderText(buildReport(), { colorLevel, columns: 80 });
    assert.match(text, /\n(\u001b\[\d+m)+PASS {2}1000 cycles, 0 leaks(\u001b\[\d+m)+\n$/);
  }
});

const REPORTS: ReadonlyArray<readonly [what: string, report: Report]> = [
  ['a clean run', buildReport()],
  ['a leak', buildReport(leaking(upTo(1_010)))],
  [
    'a leak from a long command line',
    buildReport(leaking([512]), undefined, {
      command: ['/opt/application/bin/server', '--listen', '127.0.0.1:9000', '--workers', '16'],
    }),
  ],
  [
    'notes',
    buildReport(
      buildEvidence({ confirm: tally({ completed: 300 }), listenOverflows: 3, held: otherClients() }),
    ),
  ],
  ['a crash', buildReport(buildEvidence({ departed: [root] }))],
  ['threads that recur', buildReport(grown('thread', 10, [13, 16, 19]))],
];

for (const [what, report] of REPORTS) {
  for (const columns of [40, 80, 110]) {
    for (const colorLevel of [0, 3] as const) {
      test(`no line of ${what} is longer than ${columns} columns, colour level ${colorLevel}`, () => {
        const lines = withoutColor(renderText(report, { colorLevel, columns })).split('\n');
        // The verdict is one line whatever the width: it is what people paste.
        for (const line of lines.filter(line => line !== report.summary)) assertFits(line, columns);
      });
    }
  }
}

test('a cut in a long command line leaves no half of a character', () => {
  for (const length of [50, 51, 52]) {
    const report = buildReport(undefined, undefined, {
      command: [`${'x'.repeat(length)}${'😀'.repeat(10)}`],
    });
    assert.doesNotMatch(renderText(report, PLAIN), /[\ud800-\udfff]/u);
  }
});

const LINES_TO_WRAP: ReadonlyArray<
  readonly [line: string, columns: number, indent: number, wrapped: string[]]
> = [
  ['short', 10, 4, ['short']],
  ['exactly 10', 10, 4, ['exactly 10']],
  ['exactly 11!', 10, 4, ['exactly', '    11!']],
  ['one two three four', 9, 2, ['one two', '  three', '  four']],
  ['  begins with spaces', 10, 4, ['  begins', '    with', '    spaces']],
  ['a   wide   gap', 10, 2, ['a   wide', '  gap']],
  ['averyverylongword', 10, 4, ['averyverylongword']],
  ['a averyverylongword b', 10, 2, ['a', '  averyverylongword', '  b']],
  ['\u001b[2mdim\u001b[22m word', 8, 2, ['\u001b[2mdim\u001b[22m word']],
  ['', 10, 4, ['']],
];

for (const [line, columns, indent, wrapped] of LINES_TO_WRAP) {
  test(`${JSON.stringify(line)} in ${columns} columns is ${wrapped.length} lines`, () => {
    assert.deepEqual(wrap(line, columns, indent), wrapped);
  });
}

test('wrapping loses no word, begins each line at the indent and makes none too long', () => {
  const words = fc.array(
    fc.constantFrom('a', 'word', 'another', 'averyveryverylongword', '→', '\u001b[1mbold\u001b[22m'),
    { minLength: 1 },
  );
  fc.assert(
    fc.property(words, fc.integer({ min: 10, max: 60 }), fc.nat(8), (given, columns, indent) => {
      const lines = wrap(given.join(' '), columns, indent);
      assert.deepEqual(
        lines.flatMap(line => line.trim().split(' ')),
        given,
      );
      for (const [index, line] of lines.entries()) {
        assertFits(withoutColor(line), columns);
        if (index > 0) assert.ok(line.startsWith(' '.repeat(indent)) && line.charAt(indent) !== ' ', line);
      }
    }),
    { numRuns: 200 },
  );
});

function reportOf(different: Parameters<typeof buildEvidence>[0]): Report {
  const evidence = buildEvidence(different);
  return buildReport(evidence, judge(evidence, DEFAULT_POLICY));
}

function hidden() {
  return snapshot([serverProcess({ anonBytes: undefined })]);
}

function gone(): Report {
  const report = buildReport();
  assert.ok(report.target);
  return { ...report, target: { ...report.target, alive: false } };
}

function otherClients() {
  return forgotten(upTo(12)).map(held => ({ ...held, role: 'other-client' as const }));
}

/** Fits, or is one word that no break could make shorter. */
function assertFits(line: string, columns: number): void {
  assert.ok(line.length <= columns || !line.trim().includes(' '), `${line.length} of ${columns}: ${line}`);
}

function withoutColor(text: string): string {
  return text.replaceAll(/\u001b\[[0-9;]*m/g, '');
}
