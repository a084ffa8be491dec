import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { RealServer } from './recipe.js';

export const recipe: RealServer = {
  name: 'mosquitto',
  package: 'mosquitto',
  program: '/usr/sbin/mosquitto',
  prepare: async (folder, port) => {
    const config = join(folder, 'mosquitto.conf');
    await writeFile(
      config,
      `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\nlog_dest stderr\n`,
    );
    return { command: ['/usr/sbin/mosquitto', '-c', config] };
  },
  notes: 'One process, one epoll loop.',
};
