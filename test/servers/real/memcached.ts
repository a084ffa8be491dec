import type { RealServer } from './recipe.js';

export const recipe: RealServer = {
  name: 'memcached',
  package: 'memcached',
  program: '/usr/bin/memcached',
  prepare: async (_folder, port) => ({
    command: [
      '/usr/bin/memcached',
      '-l',
      '127.0.0.1',
      '-p',
      String(port),
      '-m',
      '64',
      ...(process.getuid?.() === 0 ? ['-u', 'memcache'] : []),
    ],
  }),
  notes: 'One process with four worker threads; stops accepting at 1024 connections until one is closed.',
};
