import { fin } from '../../src/workload/behaviours.js';
import type { Behaviour } from '../../src/workload/cycle-context.js';
import { Ledger } from '../../src/workload/ledger.js';
import { Pacer } from '../../src/workload/pacer.js';
import { Patience } from '../../src/workload/patience.js';
import type { Workload } from '../../src/workload/workload.js';
import { script } from './script.js';

/** Polite clients, one at a time, and nothing known of the server but its port. */
export function workload(port: number, different: Partial<Workload> = {}): Workload {
  return {
    destination: { transport: 'tcp', host: '127.0.0.1', port },
    behaviourOf: () => fin as Behaviour,
    script: script(),
    concurrency: 1,
    timeoutMs: 5_000,
    pauseMs: 0,
    ledger: new Ledger(),
    aside: () => 0,
    pacer: new Pacer(),
    patience: new Patience(different.timeoutMs ?? 5_000),
    queueLength: () => undefined,
    serverIsGone: () => false,
    signal: new AbortController().signal,
    ...different,
  };
}
