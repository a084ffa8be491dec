import type { Options } from '../options.js';
import type { Behaviour } from '../workload/behaviour.js';
import { FACTS } from '../workload/behaviours/facts.js';
import type { Behaviours } from '../workload/behaviours/registry.js';
import { reply } from '../workload/behaviours/reply.js';
import { runCycles } from '../workload/cycles.js';
import { emptyTally } from '../workload/tally.js';
import { untilAccepted } from '../workload/until-accepted.js';
import type { Workload } from '../workload/workload.js';
import type { Observer } from './observer.js';

/** What a probe does, and what it takes for being served. */
export interface Probing {
  readonly behaviour: Behaviour;
  readonly by: 'answer' | 'accept';
}

export interface Probed {
  /** From its beginning to being served; undefined when it was not, until its deadline. */
  readonly ms: number | undefined;
  readonly by: Probing['by'];
}

/** A server that was given a request has to answer it; of any other only accept() is asked: a handshake proves nothing. */
export function probingOf(
  options: Options,
  behaviours: Behaviours,
  observer: Pick<Observer, 'queueLength'>,
): Probing {
  const asks = options.clients.find(name => FACTS[name].waitsFor === 'answer' && options.script.meant);
  const behaviour = asks && behaviours.get(asks);
  if (behaviour) return { behaviour, by: 'answer' };
  if (options.script.meant) return { behaviour: reply, by: 'answer' };
  return { behaviour: untilAccepted(() => observer.queueLength()), by: 'accept' };
}

export async function probeOnce(work: Workload, { behaviour, by }: Probing): Promise<Probed> {
  const tally = emptyTally();
  let ms: number | undefined;
  const startedAtMs = performance.now();
  await runCycles(
    {
      ...work,
      concurrency: 1,
      behaviourOf: () => behaviour,
      stopwatch: {
        began: () => undefined,
        connected: () => undefined,
        answered: () => {
          ms = performance.now() - startedAtMs;
        },
      },
    },
    'probe',
    1,
    tally,
  );
  return { ms: tally.completed > 0 ? ms : undefined, by };
}
