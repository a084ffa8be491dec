import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { TOPIC_NAMES, TOPICS } from '../../src/guide/topics.js';
import { proseOf } from './commands.js';
import { DOCUMENTS, GUIDE, ROOT } from './documents.js';

for (const [path, text] of DOCUMENTS) {
  test(`every link of ${path} leads to a file that is there`, () => {
    for (const [link, to = ''] of text.matchAll(/\]\((?!https?:)([^)#\s]+)[^)]*\)/g))
      assert.ok(existsSync(join(ROOT, dirname(path), to)), link);
  });
}

test('every page of the guide is a topic, and every topic has a page', () => {
  assert.deepEqual(
    DOCUMENTS.map(([path]) => path).filter(path => path.startsWith(GUIDE)),
    TOPIC_NAMES.map(topic => `${GUIDE}/${topic}.md`).sort(),
  );
});

test('the README lists the topics in the words and the order of churn guide', () => {
  const [, readme = ''] = DOCUMENTS[0] ?? [];
  const listed = [...readme.matchAll(/^- \[([\w-]+)\]\((.*)\): (.*)$/gm)].map(([, ...parts]) => parts);
  assert.deepEqual(
    listed,
    TOPIC_NAMES.map(topic => [topic, `${GUIDE}/${topic}.md`, TOPICS[topic]]),
  );
});

test('no sentence stands twice in the README and the guide', () => {
  const seen = new Map<string, string>();
  for (const [path, text] of DOCUMENTS) {
    for (const sentence of sentencesOf(text)) {
      assert.equal(seen.get(sentence), undefined, `${path}: ${sentence}`);
      seen.set(sentence, path);
    }
  }
});

/** Those of some length: headings, names and short words may come again. */
function sentencesOf(text: string): string[] {
  return proseOf(text)
    .split(/\n\n|\n(?=[-|] )/)
    .flatMap(paragraph => paragraph.replaceAll(/\s+/g, ' ').split(/(?<=[.:!?]) /))
    .filter(sentence => sentence.length > 40);
}
