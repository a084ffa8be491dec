import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { RealServer } from './recipe.js';

export const recipe: RealServer = {
  name: 'puma',
  package: 'puma',
  program: '/usr/bin/puma',
  prepare: async (folder, port) => {
    const application = join(folder, 'config.ru');
    await writeFile(application, "run ->(_) { [200, { 'Content-Type' => 'text/plain' }, [\"hello\\n\"]] }\n");
    return {
      command: [
        '/usr/bin/puma',
        '--environment',
        'production',
        '--bind',
        `tcp://127.0.0.1:${port}`,
        application,
      ],
    };
  },
  long: true,
  notes: 'A pool of up to five Ruby threads, and a reactor for connections that have not sent a request yet.',
};
