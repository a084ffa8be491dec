import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { RealServer } from './recipe.js';

export const recipe: RealServer = {
  name: 'unicorn',
  package: 'unicorn',
  program: '/usr/bin/unicorn',
  prepare: async (folder, port) => {
    const application = join(folder, 'config.ru');
    await writeFile(application, "run ->(_) { [200, { 'Content-Type' => 'text/plain' }, [\"hello\\n\"]] }\n");
    const config = join(folder, 'unicorn.rb');
    await writeFile(config, 'worker_processes 2\ntimeout 60\n');
    return {
      command: [
        '/usr/bin/unicorn',
        ...['--no-default-middleware', '--env', 'production', '--config-file', config],
        ...['--listen', `127.0.0.1:${port}`, application],
      ],
    };
  },
  long: true,
  notes:
    'Two preforked workers, which serve one connection at a time; the master kills one that takes a minute.',
};
