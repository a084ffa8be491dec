import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { takeRun, wordsOf } from './take.js';

const stored = (name: string) =>
  readFileSync(new URL(`../../../test/readme/${name}`, import.meta.url), 'utf8');

it('the pictures of the README show what churn says today; else: npm run pictures', async () => {
  const { terminal, page } = await takeRun();
  assert.equal(wordsOf(stored('terminal.svg')).replace(/^\$ churn --port --cycles /, ''), wordsOf(terminal));
  assert.equal(stored('page.txt').trim(), wordsOf(page));
  assert.equal(stored('page.png').slice(1, 4), 'PNG');
});
