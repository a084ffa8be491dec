import type { Kind } from '../../../src/verdict/finding.js';

/** What tells the servers of test/servers/c apart, as far as a verdict depends on it. */
export interface Model {
  readonly name: string;
  /** Who serves a connection, and so who dies of a crash: the server, a child made for it, or a worker that is replaced. */
  readonly served: 'by itself' | 'by a child' | 'by a worker';
  /** Faults beside those that every model knows. */
  readonly more: readonly string[];
  /** Asked about all variants of a fault in the short form too. */
  readonly fully?: boolean;
}

/** One of each way to serve: the short form asks these. */
export const IN_SHORT: readonly string[] = ['poll', 'iterative', 'thread', 'fork', 'prefork'];

export const MODELS: readonly Model[] = [
  {
    name: 'poll',
    served: 'by itself',
    more: ['spin', 'slow-close', 'stale-slot', 'stale-number'],
    fully: true,
  },
  { name: 'select', served: 'by itself', more: ['spin', 'slow-close', 'stale-slot'] },
  { name: 'iterative', served: 'by itself', more: [] },
  { name: 'epoll', served: 'by itself', more: ['slow-close'] },
  { name: 'reactor', served: 'by itself', more: ['spin', 'slow-close'] },
  { name: 'uring', served: 'by itself', more: ['slow-close'] },
  {
    name: 'thread',
    served: 'by itself',
    more: ['thread-stays', 'thread-unjoined', 'slow-close'],
  },
  { name: 'thread_pool', served: 'by itself', more: ['thread-stays', 'pool-growth'] },
  {
    name: 'fork',
    served: 'by a child',
    more: ['zombie', 'zombie-coalesced', 'child-stays', 'slow-close'],
  },
  { name: 'double_fork', served: 'by a child', more: ['zombie', 'child-stays', 'slow-close'] },
  {
    name: 'prefork',
    served: 'by a worker',
    more: ['worker-crash', 'worker-retires', 'worker-lost', 'worker-leaves', 'pool-growth'],
  },
  {
    name: 'prefork_epoll',
    served: 'by a worker',
    more: ['spin', 'worker-crash', 'worker-retires', 'slow-close'],
  },
  { name: 'reuseport', served: 'by a worker', more: ['spin', 'slow-close'] },
];

/**
 * A child that stays in the wrong place keeps its connection, and is itself kept. A server that uses select(2) resets
 * every connection beyond FD_SETSIZE, once it has forgotten so many.
 */
export function besides({ name, served }: Model): { readonly allowed?: readonly Kind[] } {
  if (name === 'select') return { allowed: ['refused'] };
  return served === 'by a child' ? { allowed: ['child'] } : {};
}
