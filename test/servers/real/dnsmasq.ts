import type { RealServer } from './recipe.js';

export const recipe: RealServer = {
  name: 'dnsmasq',
  package: 'dnsmasq-base',
  program: '/usr/sbin/dnsmasq',
  prepare: async (_folder, port) => ({
    command: [
      '/usr/sbin/dnsmasq',
      ...['--keep-in-foreground', '--conf-file=/dev/null', '--log-facility=-', '--pid-file='],
      ...[`--port=${port}`, '--listen-address=127.0.0.1', '--bind-interfaces', '--no-resolv', '--no-hosts'],
    ],
  }),
  notes:
    'Forks for every TCP connection, 20 at most, then stops accepting until one is done. Listens with a backlog of 32.',
};
