import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type CycleOrigin, type CyclePhase, Ledger } from '../../src/workload/ledger.js';

const PHASES: readonly CyclePhase[] = ['warm-up', 'cycles', 'confirm'];

test('connections are counted from 1 through all phases, cycles within their own', () => {
  const ledger = ledgerOf([
    ['warm-up', 2],
    ['cycles', 3],
    ['confirm', 1],
  ]);
  assert.deepEqual(origins(ledger), [
    'warm-up 1',
    'warm-up 2',
    'cycles 1',
    'cycles 2',
    'cycles 3',
    'confirm 1',
  ]);
  assert.equal(ledger.opened, 6);
});

test('the rounds of a phase go on where the last one ended', () => {
  const ledger = ledgerOf([
    ['cycles', 2],
    ['cycles', 2],
    ['confirm', 1],
    ['confirm', 2],
  ]);
  assert.deepEqual(origins(ledger), [
    'cycles 1',
    'cycles 2',
    'cycles 3',
    'cycles 4',
    'confirm 1',
    'confirm 2',
    'confirm 3',
  ]);
});

test('a phase without connections has none, and takes none from its neighbours', () => {
  const ledger = ledgerOf([
    ['warm-up', 0],
    ['cycles', 2],
    ['confirm', 0],
  ]);
  assert.deepEqual(
    PHASES.map(phase => ledger.openedIn(phase)),
    [0, 2, 0],
  );
  assert.deepEqual(origins(ledger), ['cycles 1', 'cycles 2']);
});

test('a run without a warm-up begins with cycle 1', () => {
  assert.deepEqual(ledgerOf([['cycles', 1]]).origin(1), { phase: 'cycles', cycle: 1 });
});

test('every connection belongs to one phase, and every phase has as many as were opened in it', () => {
  const spans = fc.array(fc.tuple(fc.constantFrom(...PHASES), fc.nat(20)), { maxLength: 8 });
  fc.assert(
    fc.property(spans, given => {
      const ledger = ledgerOf(given);
      for (const phase of PHASES) {
        const opened = given.filter(span => span[0] === phase).reduce((sum, [, count]) => sum + count, 0);
        assert.equal(ledger.openedIn(phase), opened);
      }
    }),
    { numRuns: 200 },
  );
});

test('a port that was never ours has no connection', () => {
  const ledger = ledgerOf([['cycles', 3]]);
  ledger.remember(40_000, 3);
  assert.deepEqual(
    [0, 39_999, 40_001, 65_535, 65_536, -1].map(port => ledger.connectionOf(port)),
    Array(6).fill(undefined),
  );
});

test('a port belongs to the last connection that had it', () => {
  const ledger = ledgerOf([['cycles', 3]]);
  ledger.remember(40_000, 1);
  ledger.remember(65_535, 2);
  ledger.remember(40_000, 3);
  assert.equal(ledger.connectionOf(40_000), 3);
  assert.equal(ledger.connectionOf(65_535), 2);
});

function ledgerOf(spans: ReadonlyArray<readonly [phase: CyclePhase, count: number]>): Ledger {
  const ledger = new Ledger();
  for (const [phase, count] of spans) {
    for (let made = 0; made < count; made++) ledger.next(phase);
  }
  return ledger;
}

function origins(ledger: Ledger): string[] {
  const said = ({ phase, cycle }: CycleOrigin) => `${phase} ${cycle}`;
  return Array.from({ length: ledger.opened }, (_, index) => said(ledger.origin(index + 1)));
}

test('the cycles of a phase go on behind probes in between', () => {
  const ledger = ledgerOf([
    ['hold', 1],
    ['cycles', 2],
    ['probe', 1],
    ['cycles', 1],
    ['probe', 1],
  ]);
  assert.deepEqual(origins(ledger), ['hold 1', 'cycles 1', 'cycles 2', 'probe 1', 'cycles 3', 'probe 2']);
});
