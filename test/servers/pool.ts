import type { OtherHost } from '../support/other-host.js';
import { launch, type Running } from './launch.js';
import { freePort } from './real/free-port.js';

/** A server with a pool behind it, and the page on which it counts. */
export interface RunningPool extends Running {
  readonly metrics: string;
  /** The same as JSON. */
  readonly stats: string;
}

const PROGRAM = new URL('../../../test/servers/node/pool.mjs', import.meta.url).pathname;

export async function startPool(
  fault: 'lease' | 'counter' | 'none',
  far: Pick<OtherHost, 'address' | 'prefix'> = { address: '127.0.0.1', prefix: [] },
): Promise<RunningPool> {
  const port = await freePort();
  const server = await launch(
    [...far.prefix, process.execPath, PROGRAM, '--host', far.address, '--fault', fault],
    {
      env: { METRICS_PORT: String(port) },
    },
  );
  const page = `http://${far.address}:${port}`;
  return { ...server, metrics: `${page}/metrics`, stats: `${page}/stats.json` };
}
