import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { RealServer } from './recipe.js';

export const recipe: RealServer = {
  name: 'tinyproxy',
  package: 'tinyproxy',
  program: '/usr/bin/tinyproxy',
  prepare: async (folder, port) => {
    const config = join(folder, 'tinyproxy.conf');
    await writeFile(
      config,
      `${process.getuid?.() === 0 ? 'User tinyproxy\nGroup tinyproxy' : ''}
Listen 127.0.0.1
Port ${port}
Timeout 600
DefaultErrorFile "/usr/share/tinyproxy/default.html"
StatFile "/usr/share/tinyproxy/stats.html"
LogLevel Warning
MaxClients 100
Allow 127.0.0.1
`,
    );
    return { command: ['/usr/bin/tinyproxy', '-d', '-c', config] };
  },
  notes: 'A thread for every connection, 100 at most: beyond that it stops accepting until one is done.',
};
