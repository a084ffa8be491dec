import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeSpan, escapeMarkdown } from '../../src/report/escape.js';
import { renderMarkdown } from '../../src/report/markdown.js';
import { HOSTILE } from '../support/hostile.js';
import { REPORTS } from '../support/reports.js';

const ESCAPED: ReadonlyArray<readonly [text: string, markdown: string]> = [
  ['a|b', 'a\\|b'],
  ['<script>', '\\<script\\>'],
  ['`x` *y* _z_', '\\`x\\` \\*y\\* \\_z\\_'],
  ['[a](b)', '\\[a\\](b)'],
  ['@all', '@<!-- -->all'],
  ['- no list', '\\- no list'],
  ['1. no list', '\\1. no list'],
  ['# no heading', '\\# no heading'],
  ['&lt;', '\\&lt;'],
];

for (const [text, markdown] of ESCAPED) {
  test(`${JSON.stringify(text)} is ${JSON.stringify(markdown)} in Markdown`, () => {
    assert.equal(escapeMarkdown(text), markdown);
  });
}

const SPANS: ReadonlyArray<readonly [text: string, markdown: string]> = [
  ['ls', '`ls`'],
  ['a`b', '``a`b``'],
  ['`', '`` ` ``'],
  ['```', '```` ``` ````'],
  ['', '` `'],
];

for (const [text, markdown] of SPANS) {
  test(`${JSON.stringify(text)} is the code ${markdown}`, () => {
    assert.equal(codeSpan(text), markdown);
  });
}

test('the report of a leak has its verdict for a heading, a table and its findings', () => {
  const markdown = renderMarkdown(REPORTS.leak);
  assert.match(markdown, /^## FAIL {2}1000 cycles, leaked file descriptors: 1010$/m);
  assert.match(markdown, /^\| fds \| 5 \| 1015 \|$/m);
  assert.match(markdown, /^### ❌ fd: fds 5 → 1015/m);
  assert.match(markdown, /^- next: `churn explain fd`$/m);
});

test('text from outside is code or escaped', () => {
  const bare = renderMarkdown(REPORTS.hostile).replaceAll(/(`+)(?!`).*?[^`]\1(?!`)/gs, '');
  assert.ok(HOSTILE.includes('<script>'));
  assert.doesNotMatch(bare, /(?<!\\)<script|(?<!\\)`|@all/);
});
