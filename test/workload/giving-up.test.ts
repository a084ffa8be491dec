import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failureKind, reasonToStop } from '../../src/workload/cycle.js';
import type { FailureKind, StopReason, Tally } from '../../src/workload/tally.js';
import { tally } from '../support/evidence.js';

const ROWS: ReadonlyArray<
  readonly [
    what: string,
    kind: FailureKind,
    so: Partial<Tally>,
    inARow: number,
    reason: StopReason | undefined,
  ]
> = [
  [
    'a server that has never answered is not asked again',
    'unanswered',
    { failures: { unanswered: 1 } },
    0,
    'unanswered',
  ],
  [
    'one that has answered gets two more chances',
    'unanswered',
    { answered: 5, failures: { unanswered: 2 } },
    0,
    undefined,
  ],
  [
    'and not a third',
    'unexpected',
    { answered: 5, failures: { unanswered: 2, unexpected: 1 } },
    0,
    'unanswered',
  ],
  ['a certificate does not get better', 'untrusted', {}, 0, 'untrusted'],
  ['a port without TLS stays one', 'tls', {}, 0, 'no-tls'],
  ['a handshake may fail once others have succeeded', 'tls', { completed: 1 }, 0, undefined],
  ['deadlines are counted in a row', 'timeout', {}, 2, undefined],
  ['three in a row are enough', 'timeout', {}, 3, 'deadlines'],
  ['resets are data', 'reset', { failures: { reset: 1_000 } }, 0, undefined],
  ['our own limits end everything', 'own-fds', {}, 0, 'own-fds'],
];

for (const [what, kind, so, inARow, reason] of ROWS) {
  test(what, () => {
    assert.equal(reasonToStop(kind, tally(so), inARow), reason);
  });
}

const CODES: ReadonlyArray<readonly [code: string, kind: FailureKind]> = [
  ['ECONNRESET', 'reset'],
  ['EMFILE', 'own-fds'],
  ['ENOBUFS', 'own-fds'],
  ['ENOMEM', 'own-fds'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls'],
  ['EPROTO', 'tls'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'untrusted'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'untrusted'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'untrusted'],
  ['CERT_HAS_EXPIRED', 'untrusted'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'untrusted'],
  ['EWHATEVER', 'other'],
];

for (const [code, kind] of CODES) {
  test(`${code} is ${kind}`, () => {
    assert.equal(failureKind(code), kind);
  });
}
