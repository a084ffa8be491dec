import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Case } from './case.js';
import { type Answer, mark } from './mark.js';
import { type Asked, breachesOf, drawRow, drawSteadiness, type Given } from './steady.js';

const LEAKING: Case = { server: 'c/poll', fault: 'dup', client: 'fin', verdict: 'fail', kinds: ['fd'] };
const CLEAN: Case = { server: 'c/poll', client: 'fin', verdict: 'pass' };
const BY_CHANCE: Case = { ...LEAKING, allowed: ['memory'] };

const PASS = answer('pass');
const UNDECIDED = answer('undecided');
const FD = answer('fail', 'fd');

function answer(verdict: Answer['verdict'], ...fails: Answer['fails']): Answer {
  return { verdict, fails, warns: [], summary: 'in words' };
}

function asked(question: Case, idle: readonly Answer[], busy: readonly Answer[]): Asked {
  const give = (one: Answer): Given => ({ question, answer: one, mark: mark(question, one), seconds: 1 });
  return { question, idle: idle.map(give), busy: busy.map(give) };
}

describe('the table of steadiness', () => {
  it('is content with the right answer each time', () => {
    assert.deepEqual(breachesOf(asked(LEAKING, [FD, FD], [FD, FD])), []);
    assert.deepEqual(breachesOf(asked(CLEAN, [PASS, PASS], [PASS, PASS])), []);
  });

  it('lets a busy machine leave a question undecided, and an idle one not', () => {
    assert.deepEqual(breachesOf(asked(LEAKING, [FD, FD], [FD, UNDECIDED])), []);
    assert.deepEqual(breachesOf(asked(CLEAN, [PASS, UNDECIDED], [PASS, PASS])), ['wavers']);
  });

  it('knows a leak that was passed, and a clean server that was accused, on either machine', () => {
    assert.deepEqual(breachesOf(asked(LEAKING, [FD], [PASS])), ['PASS for FAIL', 'wavers']);
    assert.deepEqual(breachesOf(asked(LEAKING, [PASS], [PASS])), ['PASS for FAIL']);
    assert.deepEqual(breachesOf(asked(CLEAN, [PASS], [FD])), ['FAIL for PASS', 'wavers']);
    assert.deepEqual(breachesOf(asked({ ...CLEAN, verdict: 'undecided' }, [FD], [FD])), ['FAIL for PASS']);
  });

  it('knows a thorough run that fails in a row where it should not', () => {
    const question: Case = { ...LEAKING, thorough: { fails: ['half'], may: ['mixed'] } };
    const right = { ...FD, failedClients: ['half'] };
    assert.deepEqual(breachesOf(asked(question, [right], [{ ...FD, failedClients: ['half', 'mixed'] }])), []);
    assert.deepEqual(breachesOf(asked(question, [right], [{ ...FD, failedClients: ['half', 'fin'] }])), [
      'FAIL for PASS',
      'wavers',
    ]);
  });

  it('tells apart kinds, but not those that the server shows by chance', () => {
    const both = answer('fail', 'fd', 'memory');
    assert.deepEqual(breachesOf(asked(LEAKING, [FD, both], [FD])), ['wavers']);
    assert.deepEqual(breachesOf(asked(BY_CHANCE, [FD, both], [FD])), []);
    assert.deepEqual(breachesOf(asked(CLEAN, [PASS], [{ ...PASS, warns: ['restart'] }])), ['wavers']);
  });

  it('names an answer that is steady and wrong', () => {
    assert.deepEqual(breachesOf(asked(LEAKING, [UNDECIDED], [UNDECIDED])), ['wrong each time']);
    assert.deepEqual(breachesOf(asked(LEAKING, [answer('fail', 'child')], [UNDECIDED])), ['wrong each time']);
  });

  it('counts the answers of each machine, and quotes those that are not right', () => {
    const row = drawRow(asked(LEAKING, [FD, FD, FD], [FD, UNDECIDED, PASS]));
    assert.match(
      row,
      /^c\/poll dup fin +fail fd +3 fail fd +1 fail fd, 1 undecided, 1 pass {2}✖ PASS for FAIL, wavers$/m,
    );
    assert.match(row, /^ {4}busy: undecided: in words$/m);
  });

  it('counts in its last line the cases that break the rule, and what busyness cost', () => {
    const all = [
      asked(LEAKING, [FD], [UNDECIDED]),
      asked(LEAKING, [FD], [PASS]),
      asked(CLEAN, [PASS], [FD]),
      asked(CLEAN, [PASS], [PASS]),
    ];
    const counts = '1 PASS for FAIL, 1 FAIL for PASS, 2 wavers, 0 wrong each time';
    assert.equal(drawSteadiness(all), `4 cases, 8 answers, ${counts}, 1 answers undecided when busy`);
  });
});
