import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves when the kernel knows `count` connections with the server's port, or what is left of them in TIME_WAIT. */
export async function untilConnected(port: number, count = 1): Promise<void> {
  const needle = `:${port.toString(16).toUpperCase().padStart(4, '0')} `;
  for (let attempt = 0; attempt < 1_000; attempt++) {
    const lines = (await readFile('/proc/net/tcp', 'latin1')).split('\n');
    if (lines.filter(line => line.includes(needle) && !line.includes(' 0A ')).length >= count) return;
    await sleep(10);
  }
  throw new Error(`churn made fewer than ${count} connections`);
}
