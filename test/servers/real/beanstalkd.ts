import type { RealServer } from './recipe.js';

export const recipe: RealServer = {
  name: 'beanstalkd',
  package: 'beanstalkd',
  program: '/usr/bin/beanstalkd',
  prepare: async (_folder, port) => ({
    command: ['/usr/bin/beanstalkd', '-l', '127.0.0.1', '-p', String(port)],
    asUser: 'beanstalkd',
  }),
  notes: 'One process, one epoll loop.',
};
