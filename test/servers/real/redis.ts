import type { RealServer } from './recipe.js';

export const recipe: RealServer = {
  name: 'redis',
  package: 'redis-server',
  program: '/usr/bin/redis-server',
  prepare: async (folder, port) => ({
    command: [
      '/usr/bin/redis-server',
      '--bind',
      '127.0.0.1',
      '--port',
      String(port),
      '--dir',
      folder,
      '--daemonize',
      'no',
      '--supervised',
      'no',
    ],
  }),
  notes: 'One process; background threads for closing files and freeing memory.',
};
