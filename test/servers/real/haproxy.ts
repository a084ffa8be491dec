import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { RealServer } from './recipe.js';

export const recipe: RealServer = {
  name: 'haproxy',
  package: 'haproxy',
  program: '/usr/sbin/haproxy',
  prepare: async (folder, port) => {
    const config = join(folder, 'haproxy.cfg');
    await writeFile(
      config,
      `global
  ${process.getuid?.() === 0 ? 'user haproxy\n  group haproxy' : ''}
defaults
  mode http
  timeout connect 5000
  timeout client 50000
  timeout server 50000
frontend web
  bind 127.0.0.1:${port}
  http-request return status 200 content-type text/plain string hello
`,
    );
    return { command: ['/usr/sbin/haproxy', '-W', '-db', '-f', config] };
  },
  notes: 'A master and one worker with a thread per processor.',
};
