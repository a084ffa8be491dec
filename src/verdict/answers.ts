import type { RouteAnswers } from '../workload/tally.js';
import type { Evidence } from './evidence.js';

/** What a route has answered in the whole run. */
export interface Answered extends Readonly<RouteAnswers> {
  /** Method and path. */
  readonly route: string;
}

/** The answers of HTTP of all phases, by route; none where something else is spoken, or nothing was asked. */
export function answersByRoute({
  warmup,
  cycles,
  confirm,
}: Pick<Evidence, 'warmup' | 'cycles' | 'confirm'>): Answered[] {
  const all = new Map<string, { statuses: Record<string, number>; expected: number; total: number }>();
  for (const { routes } of [warmup, cycles, confirm]) {
    for (const [route, { statuses, expected, total }] of Object.entries(routes)) {
      const sum = all.get(route) ?? { statuses: {}, expected: 0, total: 0 };
      for (const [status, count] of Object.entries(statuses)) {
        sum.statuses[status] = (sum.statuses[status] ?? 0) + count;
      }
      sum.expected += expected;
      sum.total += total;
      all.set(route, sum);
    }
  }
  return [...all].map(([route, answers]) => ({ route, ...answers }));
}

/**
 * Routes of which less than half of the answers were expected ones. What such a route leaves behind was not seen: its
 * handler was not reached, for want of a login or because of a limiter, or it failed before it had opened anything.
 */
export function unreachedRoutes(evidence: Pick<Evidence, 'warmup' | 'cycles' | 'confirm'>): Answered[] {
  return answersByRoute(evidence).filter(({ expected, total }) => expected < total / 2);
}
