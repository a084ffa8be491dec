import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildProgram } from '../../src/cli/program.js';
import { DOCUMENTS } from './documents.js';
import { optionList, withOptionList } from './option-list.js';

const PROGRAM = buildProgram({ stdout: { columns: 80 } } as unknown as Parameters<typeof buildProgram>[0]);
const OPTION = /(?<![\w-])--[a-z][a-z-]*/g;
/** Of valgrind, Node, docker and kubectl, which are named beside churn. */
const OF_OTHERS = [
  '--region', // artillery run-fargate
  '--for', // kubectl wait
  ...['--error-exitcode', '--log-file', '--xml-file', '--track-fds', '--test', '--inspect'],
  ...['--rm', '--network', '--cap-add', '--image', '--target', '--profile'],
];

test('the list of options in the guide is that of the help', () => {
  const page = textOf('src/guide/commands.md');
  assert.ok(
    page.includes(`## Options of \`run\`\n\n${optionList()}\n`),
    'Write it anew with: npm run options',
  );
  assert.equal(withOptionList(page), page);
});

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

function textOf(wanted: string): string {
  return DOCUMENTS.find(([path]) => path === wanted)?.[1] ?? '';
}
