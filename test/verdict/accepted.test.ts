import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acceptedConnections, isHardlyServed } from '../../src/verdict/accepted.js';
import { buildEvidence, type Different, serverProcess, snapshot } from '../support/evidence.js';

/** 1010 connections were made. */
const CASES: ReadonlyArray<
  readonly [what: string, evidence: Different, accepted: number, hardlyServed: boolean]
> = [
  ['a clean run', {}, 1_010, false],
  ['five in the accept queue', { acceptQueue: 5 }, 1_005, false],
  [
    'TCP_DEFER_ACCEPT and clients that reset',
    { clients: ['rst'], embryonicResets: 1_010, deferredDrops: 1_010 },
    0,
    true,
  ],
  ['TCP_DEFER_ACCEPT and clients that close, which hands over', { deferredDrops: 1_010 }, 1_010, false],
  [
    'TCP_DEFER_ACCEPT and clients that close, beside a neighbour whose clients reset',
    { embryonicResets: 900, deferredDrops: 1_910, ownDrops: 1_010 },
    1_010,
    false,
  ],
  ['strangers that reset their handshakes, as scans do', { embryonicResets: 5_000 }, 1_010, false],
  ['resets that met a full queue', { embryonicResets: 40, listenOverflows: 60 }, 970, true],
  ['a few that met a full queue', { embryonicResets: 3, listenOverflows: 60 }, 1_007, false],
  [
    'a neighbour whose queue overflows, while the own listener dropped nothing',
    { embryonicResets: 400, listenOverflows: 600, ownDrops: 0 },
    1_010,
    false,
  ],
  [
    'a listener that has dropped some before the run',
    { embryonicResets: 400, listenOverflows: 600, ownDrops: 9_000 },
    610,
    true,
  ],
  [
    'two drops for each reset that met a full queue',
    { embryonicResets: 400, listenOverflows: 600, ownDrops: 100 },
    960,
    true,
  ],
  [
    'other servers of the machine that defer, while this one was woken for each connection',
    {
      clients: ['rst'],
      embryonicResets: 9_000,
      deferredDrops: 9_000,
      after: snapshot([serverProcess({ sleeps: 1_000 })]),
    },
    1_010,
    false,
  ],
];

for (const [what, different, accepted, hardlyServed] of CASES) {
  test(`with ${what} ${accepted} of 1010 were accepted`, () => {
    const evidence = buildEvidence(different);
    assert.equal(acceptedConnections(evidence), accepted);
    assert.equal(isHardlyServed(evidence), hardlyServed);
  });
}
