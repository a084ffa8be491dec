import assert from 'node:assert/strict';
import { closeSync, openSync } from 'node:fs';
import { test } from 'node:test';
import { ProcFile } from '../../src/proc/file.js';

test('a file that was closed is not read again, though its number is somebody else’s now', () => {
  const file = new ProcFile('/proc/self/stat');
  assert.match(file.read() ?? '', /^\d+ \(/);
  file.close();
  const other = openSync('/proc/self/status', 'r');
  try {
    assert.equal(file.read(), undefined);
    file.close();
    assert.doesNotThrow(
      () => closeSync(openSync(`/proc/self/fd/${other}`, 'r')),
      'the other one is open still',
    );
  } finally {
    closeSync(other);
  }
});
