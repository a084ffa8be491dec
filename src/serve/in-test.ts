import { setTimeout as sleep } from 'node:timers/promises';
import { parseServeOptions, type RawServeOptions } from '../options/serve.js';
import { readHostFacts } from '../proc/host.js';
import { ConnectionLog } from './connection-log.js';
import { openServer } from './server.js';

/** What a client has open at one moment: the gauge of its pool, read from the other side. */
export interface PoolGauge {
  readonly requests: number;
  readonly connections: number;
  readonly open: number;
  readonly busy: number;
  readonly idle: number;
}

/** A misbehaving server inside of a test of a client. */
export interface TestServer {
  readonly ports: readonly number[];
  /** Of the first port. */
  readonly url: string;
  gauge(): PoolGauge;
  /**
   * Waits until at most so many connections are open: a client may close a moment after its last answer.
   * @throws Error that tells the gauge when they are still more after `withinMs`.
   */
  untilOpenAtMost(most: number, withinMs?: number): Promise<PoolGauge>;
  close(): void;
}

/**
 * Serves as `churn serve` does, in this process, for the tests of a client. The options are those of the command line.
 *
 * @throws ChurnError for options that are wrong, or a port that cannot be had.
 */
export async function serveInTest(raw: Omit<RawServeOptions, 'command' | 'pid'> = {}): Promise<TestServer> {
  const options = parseServeOptions(raw);
  const book = new ConnectionLog();
  const seed = options.seed ?? Math.floor(Math.random() * 2 ** 32);
  const server = await openServer(options, seed, book, {
    autoPorts: [10_000, readHostFacts().ephemeralPorts[0]],
    mostConnections: Number.POSITIVE_INFINITY,
    whose: () => ({ account: book.account('client'), waitMs: 0 }),
  });
  const gauge = (): PoolGauge => {
    const account = book.account('client');
    const { open, busy, idle } = book.now(account, performance.now(), 0, Number.POSITIVE_INFINITY);
    return { requests: account.requests, connections: account.connections, open, busy, idle };
  };
  const untilOpenAtMost = async (most: number, withinMs = 1_000): Promise<PoolGauge> => {
    const startedAtMs = performance.now();
    for (;;) {
      const now = gauge();
      if (now.open <= most) return now;
      if (performance.now() - startedAtMs >= withinMs)
        throw new Error(
          `${now.open} connections are open after ${now.requests} requests, expected ${most} at most`,
        );
      await sleep(10);
    }
  };
  const url = `${options.tls ? 'https' : 'http'}://${options.host}:${server.ports[0]}/`;
  return { ports: server.ports, url, gauge, untilOpenAtMost, close: () => server.close() };
}
