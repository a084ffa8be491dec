import { join } from 'node:path';

import { freePort } from './free-port.js';
import type { RealServer } from './recipe.js';

export const recipe: RealServer = {
  name: 'etcd',
  package: 'etcd-server',
  program: '/usr/bin/etcd',
  prepare: async (folder, port) => {
    const own = `http://127.0.0.1:${port}`;
    const peers = `http://127.0.0.1:${await freePort()}`;
    return {
      command: [
        '/usr/bin/etcd',
        ...['--data-dir', join(folder, 'data'), '--log-level', 'error'],
        ...['--listen-client-urls', own, '--advertise-client-urls', own],
        ...['--listen-peer-urls', peers, '--initial-advertise-peer-urls', peers],
        ...['--initial-cluster', `default=${peers}`],
      ],
    };
  },
  long: true,
  notes:
    'Go: tells gRPC from HTTP by the first bytes of a connection, and is busy with its own log all the time.',
};
