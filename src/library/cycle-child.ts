import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import type { Said, Told } from './conversation.js';
import { perform } from './perform.js';

/**
 * The program that makes the cycles of the library, in a process of its own: what it opens does not count as the
 * caller's, whose own server may be under test. It knows `process` as `cli/start` does, and ends with its caller.
 */
setFlagsFromString('--semi-space-growth-factor=1');

const stopping = new AbortController();
process.on('disconnect', () => process.exit());
process.on('message', async (told: Told) => {
  if (told === 'stop') return stopping.abort();
  const answer = await perform(told.task, stopping.signal, progress => say({ progress }), {
    node: process.versions.node,
    cpus: availableParallelism(),
  });
  say({ answer });
});

function say(said: Said): void {
  process.send?.(said);
}
