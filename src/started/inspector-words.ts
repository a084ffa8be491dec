import { basename } from 'node:path';
import { pickFreePort } from './program.js';
import type { World } from './world.js';

/**
 * Words for a Node that is to be asked afterwards (`--where`): SIGUSR1 opens its inspector on a port of its own, and not on the
 * one that all have. Until then it listens nowhere, so nothing of the run is different; in NODE_OPTIONS its children would
 * have them too. The port is named, because a worker of a cluster gets the next one, and behind port 0 that is 1, which
 * Node refuses. None for other programs, nor where an inspector was asked for.
 */
export async function inspectorWords(
  [program = '', ...words]: readonly string[],
  env: World['env'],
): Promise<string[]> {
  const isNode = /^node(js)?$/.test(basename(program));
  const asked = [...words, env['NODE_OPTIONS'] ?? ''].some(word => /--(inspect|debug-port)/.test(word));
  return isNode && !asked ? [`--inspect-port=127.0.0.1:${await pickFreePort()}`] : [];
}
