import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { canIsolate, OWN_NETWORK } from '../exam/network.js';

const LATE_LISTENER = fileURLToPath(new URL('../support/late-listener.js', import.meta.url));

describe('the watch of an accept queue', () => {
  for (const family of ['tcp', 'tcp6']) {
    for (const time of [1, 2, 3]) {
      it(`puts one listener of its own behind one that is nearly the last of the table: ${family}, ${time}`, async test => {
        if (!(await canIsolate())) return test.skip('this user may not make a network');
        const [program = '', ...args] = [...OWN_NETWORK, process.execPath, LATE_LISTENER, family];
        const { stdout } = await promisify(execFile)(program, args);
        assert.equal(stdout, '1\n');
      });
    }
  }
});
