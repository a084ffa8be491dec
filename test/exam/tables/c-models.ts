import type { Kind } from '../../../src/verdict/finding.js';

/** What tells the servers of test/servers/c apart, as far as a verdict depends on it. */
export interface Model {
  readonly name: string;
  /** Who serves a connection, and so who dies of a crash: the server, a child made for it, or a worker that is replaced. */
  readonly served: 'by itself' | 'by a child' | 'by a worker';
  /** How it is seen to be built, which is what the advice on a forgotten connection must speak of. */
  readonly advice: RegExp;
  /** Faults beside those that every model knows. */
  readonly more: readonly string[];
  /** Asked about all variants of a fault in the short form too. */
  readonly fully?: boolean;
}

const IN_A_LOOP = /"poll-loop".*branch of the loop where read\(\) returns 0/s;
const ONE_BY_ONE = /"iterative".*before the next accept\(\)/s;
const IN_THREADS = /"thread".*every return of the thread function/s;
const IN_CHILDREN = /"fork".*close\(fd\) in the parent after fork\(\)/s;
const OF_COMPLETIONS = /"uring".*completion of a receive/s;

/** One of each way to serve: the short form asks these. */
export const IN_SHORT: readonly string[] = ['poll', 'iterative', 'thread', 'fork', 'prefork'];

export const MODELS: readonly Model[] = [
  {
    name: 'poll',
    served: 'by itself',
    advice: IN_A_LOOP,
    more: ['spin', 'slow-close', 'stale-slot', 'stale-number'],
    fully: true,
  },
  { name: 'select', served: 'by itself', advice: IN_A_LOOP, more: ['spin', 'slow-close', 'stale-slot'] },
  { name: 'iterative', served: 'by itself', advice: ONE_BY_ONE, more: [] },
  { name: 'epoll', served: 'by itself', advice: IN_A_LOOP, more: ['slow-close'] },
  { name: 'reactor', served: 'by itself', advice: IN_A_LOOP, more: ['spin', 'slow-close'] },
  { name: 'uring', served: 'by itself', advice: OF_COMPLETIONS, more: ['slow-close'] },
  {
    name: 'thread',
    served: 'by itself',
    advice: IN_THREADS,
    more: ['thread-stays', 'thread-unjoined', 'slow-close'],
  },
  { name: 'thread_pool', served: 'by itself', advice: IN_THREADS, more: ['thread-stays', 'pool-growth'] },
  {
    name: 'fork',
    served: 'by a child',
    advice: IN_CHILDREN,
    more: ['zombie', 'zombie-coalesced', 'child-stays', 'slow-close'],
  },
  {
    name: 'double_fork',
    served: 'by a child',
    advice: IN_CHILDREN,
    more: ['zombie', 'child-stays', 'slow-close'],
  },
  {
    name: 'prefork',
    served: 'by a worker',
    advice: ONE_BY_ONE,
    more: ['worker-crash', 'worker-retires', 'worker-lost', 'worker-leaves', 'pool-growth'],
  },
  {
    name: 'prefork_epoll',
    served: 'by a worker',
    advice: IN_A_LOOP,
    more: ['spin', 'worker-crash', 'worker-retires', 'slow-close'],
  },
  { name: 'reuseport', served: 'by a worker', advice: IN_A_LOOP, more: ['spin', 'slow-close'] },
];

/**
 * A child that stays in the wrong place keeps its connection, and is itself kept. A server that uses select(2) resets
 * every connection beyond FD_SETSIZE, once it has forgotten so many.
 */
export function besides({ name, served }: Model): { readonly allowed?: readonly Kind[] } {
  if (name === 'select') return { allowed: ['refused'] };
  return served === 'by a child' ? { allowed: ['child'] } : {};
}
