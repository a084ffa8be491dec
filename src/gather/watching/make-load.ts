import { setTimeout as sleep } from 'node:timers/promises';
import { type Ended, startCompanion } from '../../started/companion.js';
import type { World } from '../../started/world.js';
import type { WatchOptions } from '../../watch-options.js';
import type { Looks } from './looks.js';

/** What it takes to start a load. */
export interface LoadStarter {
  readonly signal: AbortSignal;
  readonly world: World;
  /** What it prints is not shown. */
  readonly isQuiet: boolean;
}

/** How a load has ended. `stopped`: because the time was up. */
export type LoadEnd = Ended & { readonly stopped: boolean };

/**
 * Looks at the server while a load runs, or for as long as was asked, or until the signal. What the load may have left
 * running ends with it: nobody of it talks to the server any more.
 *
 * @throws ChurnError when it cannot be started.
 */
export async function makeLoad(
  { command, durationMs }: Pick<WatchOptions, 'command' | 'durationMs'>,
  looks: Looks,
  { signal, world, isQuiet }: LoadStarter,
): Promise<{ readonly ended: LoadEnd | undefined; readonly durationMs: number }> {
  const startedAtMs = performance.now();
  const over = new AbortController();
  const load = command && (await startCompanion(command, isQuiet, world));
  const looking = looks.until(over.signal);
  try {
    const limit = durationMs === undefined ? NEVER : sleep(durationMs, 'late', { signal: over.signal });
    const first = await Promise.race([
      ...(load ? [load.ended] : []),
      limit.catch(() => undefined),
      interruptionOf(signal, over.signal),
    ]);
    const tookMs = Math.round(performance.now() - startedAtMs);
    await load?.stop();
    const ended = load && { ...(await load.ended), stopped: first === 'late' };
    return { ended, durationMs: tookMs };
  } finally {
    over.abort();
    await looking;
  }
}

/** Resolves when `signal` is aborted; its listener goes with `over`. */
function interruptionOf(signal: AbortSignal, over: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true, signal: over });
  });
}

const NEVER = new Promise<never>(() => undefined);
