import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import type { Progress } from '../gather/timeline.js';
import type { ChildCommand, ChildMessage } from './options.js';
import { perform } from './perform.js';

/**
 * The program that makes the cycles of the library, in a process of its own: what it opens does not count as the
 * caller's, whose own server may be under test. It knows `process` as `cli/start` does, and ends with its caller.
 */
setFlagsFromString('--semi-space-growth-factor=1');

const stopping = new AbortController();
process.on('disconnect', () => process.exit());
process.on('message', async (told: ChildCommand) => {
  if (told === 'stop') return stopping.abort();
  const environment = { node: process.versions.node, cpus: availableParallelism() };
  const world = { env: process.env, nodePath: process.execPath, kill: process.kill };
  const tell = (progress: Progress) => say({ progress });
  say({ answer: await perform(told.task, stopping.signal, tell, environment, world) });
});

function say(said: ChildMessage): void {
  process.send?.(said);
}
