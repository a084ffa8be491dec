import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FD_ADVICE, fdAdvice, groupWords } from '../../../src/report/kinds/fd-advice.js';
import { wordsFor } from '../../../src/report/kinds/registry.js';
import { tell } from '../../../src/report/kinds/words.js';
import { SERVER_KINDS, type ServerKind } from '../../../src/report/server-kind.js';
import type { Finding, HeldGroup } from '../../../src/verdict/finding.js';
import { KINDS } from '../../../src/verdict/kinds.js';
import { FINDINGS } from '../../support/findings.js';

const group: HeldGroup = {
  what: 'connection',
  state: 'CLOSE_WAIT',
  count: 10,
  descriptors: 10,
  pids: [4_242],
  fdNumbers: [8, 17],
  pattern: { kind: 'every' },
  inWarmup: 0,
  perRound: [],
};

function adviceFor(finding: Finding, server: ServerKind): string {
  return tell(wordsFor(finding), finding, { unit: 'cycle', server }).advice;
}

for (const server of SERVER_KINDS) {
  test(`for a server of kind ${server} each sort of held descriptor has advice of its own`, () => {
    const sentences = Object.values(FD_ADVICE[server]);
    assert.equal(new Set(sentences).size, 3);
    for (const sentence of sentences) {
      assert.match(sentence, /^look at: .{30}/);
      assert.doesNotMatch(sentence, /0 leak|no leak|\.$/i);
    }
  });

  test(`for a server of kind ${server} every kind of finding has advice`, () => {
    for (const kind of KINDS) {
      assert.match(adviceFor(FINDINGS[kind], server), /^look at: .{10}/);
    }
  });
}

const ADVICE: ReadonlyArray<readonly [server: ServerKind, what: HeldGroup['what'], advice: RegExp]> = [
  ['unknown', 'connection', /^look at: the path where read\(\)\/recv\(\) returns 0$/],
  ['poll-loop', 'connection', /read\(\) returns 0.*close\(fd\)/],
  ['fork', 'connection', /close\(fd\) in the parent after fork\(\), and exit\(\) in the child/],
  ['thread', 'connection', /every return of the thread function/],
  ['node', 'connection', /allowHalfOpen: true \}\) without socket\.end\(\)/],
  ['python', 'connection', /`with conn:`/],
  ['java', 'connection', /try \(Socket s = …\)/],
  ['poll-loop', 'dead-socket', /POLLHUP/],
  ['python', 'dead-socket', /ConnectionResetError/],
  ['java', 'dead-socket', /IOException/],
  ['node', 'file', /createReadStream/],
  ['fork', 'pipe', /before fork\(\)/],
  ['java', 'eventpoll', /Selector\.open\(\)/],
];

for (const [server, what, advice] of ADVICE) {
  test(`${server} that keeps a ${what}: ${advice.source}`, () => {
    assert.match(fdAdvice(what, server), advice);
    const finding = { ...FINDINGS.fd, groups: [{ ...group, what }] } as Finding;
    assert.match(adviceFor(finding, server), advice);
  });
}

test('what has left the server, or is behind it, is looked for there, however it is built', () => {
  for (const what of ['outside', 'nowhere', 'upstream'] as const) {
    const advice = SERVER_KINDS.map(server => groupWords({ ...group, what }, server).advice);
    assert.equal(new Set(advice).size, 1);
  }
});

test('of a server of which nothing was told, the words are those for any', () => {
  assert.deepEqual(groupWords(group), groupWords(group, 'unknown'));
  assert.deepEqual(groupWords(undefined), groupWords(group));
});
