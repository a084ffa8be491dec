import type { Case, Group } from '../case.js';

/** Servers that close after 5, 8, 10, 20 and 30 s, each by another mechanism, and their twins that forget. */
const CLOSERS: ReadonlyArray<Pick<Case, 'server' | 'args' | 'allowed'>> = [
  { server: 'life/late', args: ['thread', '5'], allowed: ['thread', 'mapping'] },
  { server: 'life/late', args: ['child', '8'], allowed: ['child'] },
  { server: 'python/late_closer', args: ['8'] },
  { server: 'life/late', args: ['tick', '10'] },
  { server: 'node/late-closer', args: ['20'] },
  { server: 'life/late', args: ['tick', '30'] },
  // It counts 6 s whenever accept() has been in vain.
  { server: 'life/late', args: ['accept', '6'] },
];

/** Memory with a time to live: what grows for less than that is not accused, and a leak beside such a timer is, after it. */
const TIMERS: readonly Case[] = [
  { args: ['2'], verdict: 'pass' as const, mayDoubt: true },
  { args: ['60'], verdict: 'undecided' as const, says: /a time to live.* --duration 1[56]0s/s },
  { args: ['2', '--leak'], verdict: 'fail' as const, kinds: ['memory' as const] },
].map(row => ({ ...row, server: 'python/time_to_live', client: 'fin', long: row.verdict === 'pass' }));

/** Most of it is waiting. */
export const lateClosers: Group = {
  name: 'late-closers',
  cases: CLOSERS.flatMap((closer): Case[] => [
    { ...closer, client: 'fin', verdict: 'pass', mayDoubt: true, says: /Closed late, after/, long: true },
    {
      ...closer,
      args: [...(closer.args ?? []), '--leak'],
      client: 'fin',
      verdict: 'fail',
      kinds: ['fd'],
      long: true,
    },
  ]).concat(TIMERS),
};
