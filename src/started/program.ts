import { once } from 'node:events';
import { accessSync, constants, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename, delimiter, join } from 'node:path';
import { ChurnError } from '../errors.js';
import { readHostFacts } from '../proc/host.js';
import type { World } from './world.js';

/**
 * The path of a program as execvp(3) finds it, so that what is wrong with it can be said before anything is started.
 * @throws ChurnError `no-such-program`.
 */
export function findProgram(name: string, env: World['env']): string {
  const paths = name.includes('/')
    ? [name]
    : (env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin')
        .split(delimiter)
        .map(folder => join(folder || '.', name));
  const there = paths.filter(path => statSync(path, { throwIfNoEntry: false })?.isFile());
  const found = there.find(isExecutable);
  if (found !== undefined) return found;
  const [first] = there;
  throw first === undefined
    ? new ChurnError(
        'no-such-program',
        `There is no program ${JSON.stringify(name)}.`,
        /\s/.test(name)
          ? 'The command is run without a shell, so each word is an argument of its own: leave out the quotes around it.'
          : 'Check its path; the command is run without a shell, from the folder in which churn was called.',
      )
    : new ChurnError('no-such-program', `${JSON.stringify(first)} is not executable.`, `chmod +x ${first}`);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A port that nobody listens on, below those that clients get by themselves: one of these could meet itself. */
export async function pickFreePort(): Promise<number> {
  const [firstEphemeral] = readHostFacts().ephemeralPorts;
  const end = firstEphemeral > LOWEST + 1_000 ? firstEphemeral : 65_536;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = LOWEST + Math.floor(Math.random() * (end - LOWEST));
    if (await isFree(port)) return port;
  }
  throw new ChurnError('own-limit', 'No free port was found.', 'Name one: --port 9000');
}

/** On all addresses, as the server may want any of them. */
async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  try {
    await once(probe.listen({ port }), 'listening');
    return true;
  } catch {
    return false;
  } finally {
    if (probe.listening) await new Promise(closed => probe.close(closed));
  }
}

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

const LOWEST = 10_000;
const ATTEMPTS = 100;
