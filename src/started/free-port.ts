import { once } from 'node:events';
import { createServer } from 'node:net';
import { ChurnError } from '../errors.js';
import { readHostFacts } from '../proc/host.js';

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

const LOWEST = 10_000;
const ATTEMPTS = 100;
