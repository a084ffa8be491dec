import type { RealServer } from './recipe.js';

export const recipe: RealServer = {
  name: 'socat',
  package: 'socat',
  program: '/usr/bin/socat',
  prepare: async (_folder, port) => ({
    command: ['/usr/bin/socat', `TCP-LISTEN:${port},fork,reuseaddr,bind=127.0.0.1`, 'EXEC:cat'],
  }),
  notes:
    'Forks for every connection and starts a cat in the fork; the cat, orphaned, is a zombie of process 1 until that reaps it. Listens with a backlog of 5.',
};
