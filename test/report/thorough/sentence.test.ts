import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReportedFinding, ReportedRun } from '../../../src/report/report.js';
import { sentenceOf } from '../../../src/report/thorough/sentence.js';
import { KINDS } from '../../../src/verdict/kinds.js';
import { FACTS, USUAL_CLIENTS } from '../../../src/workload/client-names.js';

const PLAIN = USUAL_CLIENTS.filter(name => !FACTS[name].tls);
type Told = Pick<ReportedRun, 'client' | 'status' | 'findings'>;

function found(kind: string, perCycle = 1): ReportedFinding {
  return { kind, severity: 'fail', perCycle } as ReportedFinding;
}

/** All of these pass, but those that are named. */
function runs(
  clients: readonly string[],
  named: Readonly<Record<string, ReportedFinding | Told['status']>>,
): Told[] {
  return clients.map(client => {
    const told = named[client] ?? 'pass';
    return typeof told === 'string'
      ? { client, status: told, findings: [] }
      : { client, status: 'fail', findings: [told] };
  });
}

function all(names: readonly string[], told: ReportedFinding | Told['status']) {
  return Object.fromEntries(names.map(name => [name, told]));
}

const fd = found('fd');
const RESETS = ['rst', 'byte-rst', 'partial-rst', 'reply-rst'];
const SENTENCES: ReadonlyArray<readonly [sentence: string, rows: readonly Told[]]> = [
  ['Clean whatever clients do', runs(USUAL_CLIENTS, {})],
  [
    'Clean whatever clients do (11 of 14 apply)',
    runs(USUAL_CLIENTS, all(['tls', 'tls-abort', 'tls-rst'], 'not-applicable')),
  ],
  ['Leaks one fd per connection whatever clients do', runs(PLAIN, all(PLAIN, fd))],
  ['Clean when clients close, leaks one fd per connection when they reset', runs(PLAIN, all(RESETS, fd))],
  [
    'Leaks one fd per connection when clients reset before any TLS, clean otherwise',
    runs(USUAL_CLIENTS, all(RESETS, fd)),
  ],
  ['Leaks one fd per connection when clients half-close, clean otherwise', runs(PLAIN, { half: fd })],
  [
    'Leaks one fd per connection when clients abandon a TLS handshake, clean otherwise',
    runs(USUAL_CLIENTS, { 'tls-abort': fd }),
  ],
  [
    'Clean when clients send something, leaks one fd per connection when they send nothing',
    runs(PLAIN, all(['fin', 'rst', 'half', 'idle'], fd)),
  ],
  ['Leaks one fd per connection with fin, drip, clean otherwise', runs(PLAIN, { fin: fd, drip: fd })],
  [
    'Leaks one fd per connection when clients reset, now and then with byte, clean otherwise',
    runs(PLAIN, { ...all(RESETS, fd), byte: found('fd', 0.02) }).sort(({ client }) =>
      client === 'rst' ? -1 : 0,
    ),
  ],
  [
    'Leaks one zombie per connection when clients half-close, hangs with drip, clean otherwise',
    runs(PLAIN, { half: found('zombie'), drip: found('hang') }),
  ],
  [
    'Clean with fin; not decided with rst; not run: half',
    runs(['fin', 'rst', 'half'], { rst: 'undecided', half: 'not-run' }),
  ],
  [
    'Dies with rst, clean with fin; not run: half',
    runs(['fin', 'rst', 'half'], { rst: found('crash'), half: 'not-run' }),
  ],
  [
    'Nothing kept whatever clients do (11 of 14 apply); leaks memory when they come together',
    [...runs(PLAIN, {}), ...runs(['mixed'], { mixed: found('memory', 64) })],
  ],
  [
    'Leaks one fd per connection when clients half-close, clean one by one otherwise; leaks one zombie now and then when they come together',
    [...runs(PLAIN, { half: fd }), ...runs(['mixed'], { mixed: found('zombie', 0.02) })],
  ],
  ['No client could be tried', runs(['fin'], { fin: 'not-applicable' })],
];

for (const [sentence, rows] of SENTENCES) {
  test(sentence, () => {
    assert.equal(sentenceOf(rows), sentence);
  });
}

for (const kind of KINDS) {
  test(`a ${kind} has words of its own, and none is the proof of a clean run`, () => {
    const sentence = sentenceOf(runs(PLAIN, { half: found(kind) }));
    assert.match(sentence, /^[A-Z].* when clients half-close, clean otherwise$/);
    assert.doesNotMatch(sentence, /0 leak|no leak/);
  });
}
