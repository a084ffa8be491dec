import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildProgram } from '../../src/cli/program.js';
import { DOCUMENTS } from './documents.js';

const PROGRAM = buildProgram({ stdout: { columns: 80 } } as unknown as Parameters<typeof buildProgram>[0]);
const OPTION = /(?<![\w-])--[a-z][a-z-]*/g;
/** Of valgrind, Node, docker and kubectl, which are named beside churn. */
const OF_OTHERS = [
  ...['--error-exitcode', '--log-file', '--xml-file', '--track-fds', '--test'],
  ...['--rm', '--network', '--cap-add', '--image', '--target', '--profile'],
];

/** The list of options of `run`, on one line. */
const [, list = ''] = /^## Options of `run`\n([\s\S]*)$/m.exec(textOf('src/guide/commands.md')) ?? [];
const LIST = list.replaceAll(/\s+/g, ' ');
const RUN = optionsOf('run');

test('the list of options of run has all of them and no others', () => {
  assert.deepEqual([...new Set(LIST.match(OPTION))].sort(), RUN.map(({ long }) => long).sort());
});

for (const { short, long, description } of RUN) {
  const [, usual] = /\(default: (\w+)[;,)]/.exec(description) ?? [];
  if (short) {
    test(`the list has ${short} beside ${long}`, () => {
      assert.ok(LIST.includes(`\`${short}, ${long}`));
    });
  }
  if (usual) {
    test(`the list says that the default of ${long} is ${usual}`, () => {
      const [, inBrackets = ''] =
        new RegExp(`\`(?:-\\w, )?${long} [^\`]*\`[^·(]*\\(([^)]*)\\)`).exec(LIST) ?? [];
      assert.match(inBrackets, new RegExp(`\\b${usual}\\b`));
    });
  }
}

for (const [path, text] of DOCUMENTS) {
  test(`every option that ${path} names is one of churn's`, () => {
    const known = PROGRAM.commands.flatMap(command => command.options.map(({ long }) => long));
    for (const option of text.match(OPTION) ?? [])
      assert.ok(known.includes(option) || OF_OTHERS.includes(option), option);
  });
}

test('what is said of options that are not of churn is still said', () => {
  for (const option of OF_OTHERS)
    assert.ok(
      DOCUMENTS.some(([, text]) => text.includes(option)),
      option,
    );
});

function optionsOf(name: string) {
  const command = PROGRAM.commands.find(candidate => candidate.name() === name);
  return (command?.options ?? []).map(({ short, long, description }) => ({
    short,
    long: String(long),
    description,
  }));
}

function textOf(wanted: string): string {
  return DOCUMENTS.find(([path]) => path === wanted)?.[1] ?? '';
}
