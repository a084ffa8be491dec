import assert from 'node:assert/strict';
import { constants } from 'node:os';
import { test } from 'node:test';
import { exitWords, type HowItEnded, signalName } from '../src/exit-words.js';

const ENDINGS: ReadonlyArray<readonly [ending: HowItEnded, words: string]> = [
  [{ signal: 'SIGSEGV' }, 'signal SIGSEGV (it touched memory that is not its own)'],
  [{ signal: 'SIGTERM' }, 'signal SIGTERM'],
  [{ status: 0 }, 'exit status 0'],
  [{ status: 139 }, 'exit status 139 (a shell says that of SIGSEGV)'],
  [{ status: 255 }, 'exit status 255'],
];

for (const [ending, words] of ENDINGS) {
  test(`${JSON.stringify(ending)} is "${words}"`, () => assert.equal(exitWords(ending), words));
}

test('signals have the numbers of this machine', () => {
  for (const [name, number] of Object.entries(constants.signals)) {
    const known = signalName(number);
    assert.ok(known === name || known === `signal ${number}` || name === 'SIGIOT', `${name} is not ${known}`);
  }
});
