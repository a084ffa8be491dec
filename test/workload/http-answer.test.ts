import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HttpAnswer } from '../../src/workload/http-answer.js';

const OK = 'HTTP/1.1 200 OK\r\n';

/** A whole answer, and what is behind it; each is read in one piece and byte by byte. */
const ANSWERS: ReadonlyArray<
  readonly [what: string, text: string, told: Partial<HttpAnswer>, isHead?: boolean]
> = [
  ['a length', `${OK}Content-Length: 5\r\n\r\nhello`, { status: 200, keepsAlive: true }],
  ['an empty body', `${OK}content-length: 0\r\n\r\n`, { status: 200 }],
  ['chunks', `${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;x=y\r\n!\r\n0\r\n\r\n`, { status: 200 }],
  [
    'chunks with a trailer',
    `${OK}Transfer-Encoding: gzip, chunked\r\n\r\n1\r\na\r\n0\r\nX: y\r\n\r\n`,
    { status: 200 },
  ],
  [
    'chunks whose data look like the end',
    `${OK}Transfer-Encoding: chunked\r\n\r\n5\r\n0\r\n\r\n\r\n0\r\n\r\n`,
    { status: 200 },
  ],
  ['no body by its status', 'HTTP/1.1 204 No Content\r\n\r\n', { status: 204 }],
  [
    'no body because nothing has changed',
    'HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n',
    { status: 304 },
  ],
  ['the head alone', `${OK}Content-Length: 5\r\n\r\n`, { status: 200 }, true],
  [
    'a word before it',
    `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${OK}Content-Length: 2\r\n\r\nok`,
    { status: 200 },
  ],
  ['the wish to close', `${OK}Connection: close\r\nContent-Length: 2\r\n\r\nok`, { keepsAlive: false }],
  ['an older version', 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok', { keepsAlive: false }],
  ['lines without CR', 'HTTP/1.1 200 OK\nContent-Length: 2\n\nok', { status: 200 }],
];

for (const [what, text, told, isHead = false] of ANSWERS) {
  test(`an answer with ${what} is over with its last byte, however it comes`, () => {
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: text.length - 1 }), { maxLength: 8 });
    fc.assert(
      fc.property(cuts, at => {
        const answer = new HttpAnswer(isHead);
        const ends = [...at.sort((a, b) => a - b), text.length];
        const pieces = ends.map((end, index) => text.slice(ends[index - 1] ?? 0, end));
        const over = pieces.map(piece => answer.push(piece));
        assert.deepEqual(
          over,
          pieces.map((_, index) => index === pieces.length - 1),
        );
        assert.ok(!answer.isBroken && answer.end());
        assert.deepEqual({ ...told, ...pick(answer, told) }, told);
      }),
    );
  });
}

test('an answer without a length ends with its connection', () => {
  const answer = new HttpAnswer(false);
  assert.equal(answer.push(`${OK}Content-Type: Text/Event-Stream\r\n\r\ndata`), false);
  assert.deepEqual([answer.end(), answer.keepsAlive, answer.contentType], [true, false, 'text/event-stream']);
});

test('one that was cut off is not over', () => {
  const answer = new HttpAnswer(false);
  answer.push(`${OK}Content-Length: 5\r\n\r\nhell`);
  assert.equal(answer.end(), false);
});

for (const text of [
  'SSH-2.0-OpenSSH\r\n',
  '220 mail ESMTP\r\n',
  `${OK}Transfer-Encoding: chunked\r\n\r\nxyz\r\n`,
]) {
  test(`${JSON.stringify(text.slice(0, 20))} is none`, () => {
    const answer = new HttpAnswer(false);
    assert.ok(answer.push(text));
    assert.ok(answer.isBroken);
  });
}

function pick(answer: HttpAnswer, like: Partial<HttpAnswer>) {
  return Object.fromEntries(Object.keys(like).map(key => [key, answer[key as keyof HttpAnswer]]));
}
