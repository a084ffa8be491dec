import type { RealServer } from './recipe.js';

export const recipe: RealServer = {
  name: 'node-exporter',
  package: 'prometheus-node-exporter',
  program: '/usr/bin/prometheus-node-exporter',
  prepare: async (_, port) => ({
    command: [
      '/usr/bin/prometheus-node-exporter',
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
  }),
  long: true,
  notes: 'Go: net/http. A heap that is collected at 4 MiB and grows to twice what is alive.',
};
