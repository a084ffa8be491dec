import { basename } from 'node:path';
import type { World } from './world.js';

/**
 * Words for a Node that is to be asked afterwards (`--where`): SIGUSR1 opens its inspector on a free port, and not on the one
 * that all have. Until then it listens nowhere, so nothing of the run is different; in NODE_OPTIONS its children would have
 * them too. None for other programs, nor where an inspector was asked for.
 */
export function inspectorWords([program = '', ...words]: readonly string[], env: World['env']): string[] {
  const isNode = /^node(js)?$/.test(basename(program));
  const asked = [...words, env['NODE_OPTIONS'] ?? ''].some(word => /--(inspect|debug-port)/.test(word));
  return isNode && !asked ? ['--inspect-port=127.0.0.1:0'] : [];
}
