import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Asked } from '../../src/verdict/evidence.js';
import { spokenBy } from '../../src/verdict/spoken.js';
import { buildEvidence, type Different, rounds, tally } from '../support/evidence.js';
import { buildReport } from '../support/report.js';

const SILENT: Asked = { isRequest: false, routes: [], accepts: [], isIdle: false };

const ROWS: ReadonlyArray<readonly [what: string, evidence: Different, limits: readonly string[]]> = [
  ['a plain run', { asked: SILENT }, ['asked: fin, no request sent', 'nothing was idle']],
  [
    'a run with idle clients',
    { asked: { ...SILENT, isIdle: true }, clients: ['idle'] },
    ['asked: idle, no request sent'],
  ],
  [
    'a run that asks for a route',
    { asked: { ...SILENT, isRequest: true, routes: ['GET /api'] }, clients: ['reply'] },
    ['asked: GET /api', 'nothing was idle'],
  ],
  [
    'a server that was heard to speak HTTP',
    {
      asked: SILENT,
      clients: ['byte'],
      cycles: tally({ completed: 1_000, heard: 'HTTP/1.1 400 Bad Request\r\n' }),
    },
    ['asked: byte, no request sent', 'it speaks HTTP: churn http://127.0.0.1:9000/', 'nothing was idle'],
  ],
  [
    'a server whose program is known',
    { asked: SILENT, program: 'redis-server' },
    ['asked: fin, no request sent', 'it speaks redis: churn redis://127.0.0.1:9000', 'nothing was idle'],
  ],
];

for (const [what, evidence, limits] of ROWS) {
  test(`the pass of ${what} says what it is of`, () => {
    assert.deepEqual(buildReport(buildEvidence(evidence)).limits, limits);
  });
}

test('memory that could not be read is said', () => {
  const unread = rounds().map(round => ({ ...round, anonBytes: undefined }));
  const { verdict, limits } = buildReport(buildEvidence({ asked: SILENT, rounds: unread }));
  assert.ok(verdict !== 'pass' || limits?.includes('memory not decided'));
});

test('what is no pass has no limits to name', () => {
  assert.deepEqual(buildReport(buildEvidence({ asked: SILENT, interrupted: true })).limits, []);
});

const HEARD: ReadonlyArray<readonly [spoken: string | undefined, words: string]> = [
  ['HTTP', 'HTTP/1.1 400 Bad Request'],
  ['TLS', '\x15\x03\x01\x00\x02\x02\x0a'],
  ['redis', "-ERR unknown command 'x'"],
  ['SMTP', '220 mail.test ESMTP Postfix'],
  ['PostgreSQL', 'E\0\0\0\x64SFATAL\0VFATAL\0'],
  ['MySQL', 'J\0\0\x00\x0a8.0.36\0'],
  [undefined, 'SSH-2.0-OpenSSH_9.2'],
  [undefined, 'hello there'],
];

for (const [spoken, words] of HEARD) {
  test(`${JSON.stringify(words.slice(0, 20))} is ${spoken ?? 'nothing that is known'}`, () => {
    assert.equal(spokenBy(buildEvidence({ warmup: tally({ heard: words }) })), spoken);
  });
}
