import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseLimits } from '../../../src/proc/process.js';

const LIMITS = `Limit                     Soft Limit           Hard Limit           Units     
Max cpu time              unlimited            unlimited            seconds   
Max stack size            8388608              unlimited            bytes     
Max processes             96365                96365                processes 
Max open files            1024                 524288               files     
Max realtime timeout      unlimited            unlimited            us        
`;

test('the soft limit counts, not the hard one', () => {
  assert.deepEqual(parseLimits(LIMITS), { openFiles: 1_024, processes: 96_365 });
});

test('what is unlimited has no number', () => {
  const text = LIMITS.replace('96365                96365    ', 'unlimited            unlimited');
  assert.deepEqual(parseLimits(text), { openFiles: 1_024, processes: undefined });
});

test('a process that is gone has no limits', () => {
  assert.deepEqual(parseLimits(''), { openFiles: undefined, processes: undefined });
});
