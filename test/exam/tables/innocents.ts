import type { Case, Group } from '../case.js';
import { IN_SHORT, MODELS, type Model } from './c-models.js';

/** What has little to do with how connections are handled: one model is asked in the short form. */
const BESIDE: readonly string[] = [
  ...['lazy-open', 'bounded-cache', 'log-rotation', 'background-files', 'noisy-alloc'],
];

/** What looks like a leak and is none. They get the whole of --settle in both forms. */
export const innocents: Group = { name: 'innocents', cases: MODELS.flatMap(casesOf) };

function casesOf({ name, more, fully }: Model): Case[] {
  const every = ['lazy-open', 'bounded-cache', 'log-rotation', 'background-files', 'noisy-alloc'];
  const some = ['slow-close', 'pool-growth'].filter(fault => more.includes(fault));
  const rows = [...every, ...some].map(
    (fault): Case => ({
      server: `c/${name}`,
      fault,
      client: 'fin',
      verdict: 'pass',
      long: !IN_SHORT.includes(name) || (!fully && BESIDE.includes(fault)),
    }),
  );
  if (!more.includes('worker-retires')) return rows;
  return [
    ...rows,
    {
      server: `c/${name}`,
      fault: 'worker-retires',
      args: ['--every', '100'],
      client: 'fin',
      verdict: 'pass',
      warns: ['restart'],
    },
  ];
}
