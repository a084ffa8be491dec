import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { RealServer } from './recipe.js';

export const recipe: RealServer = {
  name: 'php-fpm',
  package: 'php8.2-fpm',
  program: '/usr/sbin/php-fpm8.2',
  prepare: async (folder, port) => {
    const config = join(folder, 'php-fpm.conf');
    await writeFile(
      config,
      `[global]
error_log = /dev/stderr
log_level = error
daemonize = no
[www]
${process.getuid?.() === 0 ? 'user = www-data\ngroup = www-data' : ''}
listen = 127.0.0.1:${port}
pm = static
pm.max_children = 2
`,
    );
    return { command: ['/usr/sbin/php-fpm8.2', '--nodaemonize', '--fpm-config', config] };
  },
  long: true,
  notes: 'FastCGI: two preforked workers, which serve one connection at a time.',
};
