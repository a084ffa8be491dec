import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawExplanation, drawKinds } from '../../src/report/explain.js';
import { explanationOf, wordsFor } from '../../src/report/kinds/registry.js';
import { inUnit, tell } from '../../src/report/kinds/words.js';
import { ALL_KINDS, KINDS } from '../../src/verdict/kinds.js';
import { FINDINGS } from '../support/findings.js';

const WIDTHS = [40, 80, 100, 200];

for (const kind of KINDS) {
  const explanation = explanationOf(kind);

  test(`${kind}: nothing of the explanation is empty`, () => {
    for (const [field, value] of Object.entries(explanation)) {
      const texts = textsOf(value);
      assert.ok(texts.length > 0, field);
      for (const text of texts) assert.notEqual(text.trim(), '', field);
    }
  });

  test(`${kind}: the server is named by PORT and PID, and looked at with what every machine has`, () => {
    const commands = explanation.byHand.map(([run]) => run);
    assert.ok(commands.some(run => /\bPORT\b/.test(run)));
    assert.ok(commands.some(run => /\bPID\b/.test(run)));
    for (const run of commands) assert.match(run, /^(ls|ss|cat|for|dmesg|nstat|\.\/server) /);
  });

  test(`${kind}: there is code in C, or for the server's own language, that differs before and after`, () => {
    assert.ok(explanation.sketches.some(({ language }) => language === 'C'));
    for (const { before, after } of explanation.sketches) assert.notEqual(before.trim(), after.trim());
  });

  test(`${kind}: what comes next is a command of churn`, () => {
    for (const [run] of explanation.next) assert.match(run, /^churn (explain \w+$|(inspect )?--port PORT)/);
  });

  for (const columns of WIDTHS) {
    test(`${kind}: at ${columns} columns text is wrapped, code and commands are whole`, () => {
      const text = drawExplanation(kind, columns);
      const lines = text.split('\n');
      const isVerbatim = (line: string) => /^ {2}(\$|before │|after {2}│| {7}│)/.test(line);
      for (const line of lines) {
        if (!isVerbatim(line) && line.trim().includes(' '))
          assert.ok(line.length <= columns, `${line.length}: ${line}`);
        assert.doesNotMatch(line, /\s$/);
        assert.doesNotMatch(line, /0 leak|no leak/i);
      }
      for (const [run] of [...explanation.byHand, ...explanation.next])
        assert.ok(lines.includes(`  $ ${run}`), run);
      const code = lines.filter(line => line.includes('│')).map(line => line.replace(/^.*?│ ?/, ''));
      for (const { before, after } of explanation.sketches)
        for (const line of `${before.trim()}\n${after.trim()}`.split('\n'))
          assert.ok(code.includes(line), line);
    });
  }
}

test('code is narrow enough for a terminal of 100 columns', () => {
  for (const kind of ALL_KINDS)
    for (const { before, after } of explanationOf(kind).sketches)
      for (const line of `${before}\n${after}`.split('\n')) assert.ok(line.length <= 88, line);
});

test('the report takes its cause and advice from the explanation', () => {
  // Of these the usual words are those of a gauge at rest, and of a server that has accepted before it hung.
  const usual = { grows: false, accepted: 1 };
  for (const kind of KINDS) {
    const finding = { ...FINDINGS[kind], ...usual };
    const { cause, advice } = tell(wordsFor(finding), finding, { unit: 'cycle', server: 'unknown' });
    const explanation = explanationOf(kind);
    assert.equal(advice, inUnit(explanation.advice, 'cycle'));
    if (kind !== 'refused') assert.equal(cause, inUnit(explanation.cause, 'cycle'));
  }
});

test('the list has a line for each kind, in the order of the reports', () => {
  const lines = drawKinds(100).split('\n');
  assert.deepEqual(
    lines.flatMap(line => /^ {2}([\w-]+) {2,}\S/.exec(line)?.[1] ?? []),
    [...ALL_KINDS],
  );
  for (const line of lines) assert.ok(line.length <= 100 && !/0 leak|no leak/i.test(line), line);
});

/** Every string within. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'function') return [value('cycle')];
  return Object.values(value as object).flatMap(textsOf);
}
