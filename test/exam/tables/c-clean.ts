import type { Case, Group } from '../case.js';
import { IN_SHORT, MODELS } from './c-models.js';
import { cleanWith } from './clean-clients.js';

/** Every model as it is when it does nothing wrong, with every way in which a client may leave. */
const everyModel = MODELS.flatMap(({ name, fully }) =>
  cleanWith(`c/${name}`, fully ?? false).map(row => (IN_SHORT.includes(name) ? row : { ...row, long: true })),
);

const peculiar: readonly Case[] = [
  { server: 'c/poll', args: ['--backlog', '5'], client: 'fin', verdict: 'pass' },
  { server: 'c/poll', args: ['--greet', 'hello'], client: 'fin', verdict: 'pass' },
  { server: 'c/iterative', args: ['--backlog', '1'], client: 'rst', verdict: 'pass' },
  { server: 'c/fork', args: ['--backlog', '5'], client: 'fin', churn: ['-c', '16'], verdict: 'pass' },
  { server: 'c/thread', client: 'byte', churn: ['-c', '16'], verdict: 'pass' },
  { server: 'c/epoll', client: 'fin', churn: ['-c', '16'], verdict: 'pass' },
  { server: 'c/epoll', args: ['--room', '1000000'], client: 'fin', churn: ['--strict'], verdict: 'pass' },
  { server: 'c/epoll', args: ['--frame'], client: 'byte', verdict: 'pass' },
  { server: 'c/prefork', args: ['--workers', '8'], client: 'fin', verdict: 'pass' },
  { server: 'c/reuseport', args: ['--threads'], client: 'fin', verdict: 'pass' },
  { server: 'c/reuseport', args: ['--threads'], client: 'rst', churn: ['-c', '16'], verdict: 'pass' },
];

export const cClean: Group = { name: 'c-clean', cases: [...everyModel, ...peculiar] };
