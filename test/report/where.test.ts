import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderGithub } from '../../src/report/github.js';
import { renderHtml } from '../../src/report/html.js';
import { renderJunit } from '../../src/report/junit.js';
import { renderMarkdown } from '../../src/report/markdown.js';
import type { Report } from '../../src/report/report.js';
import { renderTap } from '../../src/report/tap.js';
import { renderText } from '../../src/report/text.js';
import { WHERE_REPORTS } from '../support/where-reports.js';

const { where, whereHeap, whereUnknown, whereHostile } = WHERE_REPORTS;
const STYLE = { colorLevel: 0, columns: 80 } as const;
const LAST = 'last touched by read() = 0 in on_client (server.c:117)';
const GREW =
  '200 × Session on 200 cycles, 40 B each, 2.0 KiB with all that they keep, made in openSession (server.c:40), called from (anonymous) (server.c:61)';
const KEPT = 'kept by Map `sessions` (server.c:3)';
const CLOSED = 'the 20 that were closed went through close() in drop_client (server.c:131)';

test('a person reads both ways, and the line of source', () => {
  const [, told = ''] = renderText(where, STYLE).split(/\n(?= +where )/);
  assert.equal(
    told.slice(0, told.indexOf('\n         look at')),
    [
      '         where  20 of 40: accepted in on_accept (server.c:23), last touched by',
      '                read() = 0 in on_client (server.c:117), never closed',
      '                the 20 that were closed went through close() in drop_client',
      '                (server.c:131), called from on_client (server.c:120) after',
      '                read() = 0 in on_client (server.c:117)',
      '                  116 │ {',
      '                > 117 │ on_client();',
      '                  118 │ }',
    ].join('\n'),
  );
});

for (const [name, render] of [
  ['junit', renderJunit],
  ['tap', renderTap],
  ['markdown', (report: Report) => renderMarkdown(report).replaceAll('\\', '')],
  ['html', renderHtml],
  ['github', (report: Report) => renderGithub(report, STYLE)],
] as const) {
  test(`${name} has both ways`, () => {
    const told = render(where);
    assert.ok(told.includes(LAST), told);
    assert.ok(told.includes(CLOSED));
  });

  test(`${name} has the objects that grew, who makes them and what keeps them`, () => {
    const told = render(whereHeap);
    for (const line of [GREW, KEPT, 'Array that was there before grew by 3.0 KiB on 200 cycles'])
      assert.ok(told.includes(line), told);
  });
}

test('an annotation of objects stands on the line that makes them', () => {
  assert.match(renderGithub(whereHeap, STYLE), /^::error file=server\.c,line=40,title=churn fd/m);
});

test('an annotation stands on the line that touched it last', () => {
  assert.match(renderGithub(where, STYLE), /^::error file=server\.c,line=117,title=churn fd/m);
});

test('without a line the annotation stands beside the job', () => {
  assert.match(renderGithub(whereUnknown, STYLE), /^::error title=churn fd/m);
});

test('what could not be had is a sentence', () => {
  assert.match(
    renderText(whereUnknown, STYLE),
    /^ +where {2}strace is not installed: apt-get install strace$/m,
  );
});

test('names of a hostile server are no markup, no commands and no proof', () => {
  const text = renderText(whereHostile, STYLE);
  assert.doesNotMatch(text, /0 leaks|\u202e|\u0000/);
  assert.doesNotMatch(renderHtml(whereHostile), /<script>/);
});
