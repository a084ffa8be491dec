import { once } from 'node:events';
import { createServer } from 'node:net';
import { listUnixListeners } from './listener.js';

/** The name as the table has it when it was padded with NULs, each of which stands there as "@". */
export function abstractName(name: string): string {
  return name.padEnd(NAME_BYTES, '@');
}

/** Whether Node pads abstract names to their full length, as it did up to 20: seen from what becomes of one of our own. */
export async function padsNames(): Promise<boolean> {
  const name = `churn-${Math.random().toString(36).slice(2)}`;
  const server = createServer().listen(`\0${name}`);
  await once(server, 'listening');
  try {
    return listUnixListeners('self', `@${name}`).length === 0;
  } finally {
    server.close();
  }
}

/** sun_path of sockaddr_un. */
const NAME_BYTES = 108;
