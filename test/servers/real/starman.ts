import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { RealServer } from './recipe.js';

export const recipe: RealServer = {
  name: 'starman',
  package: 'starman',
  program: '/usr/bin/starman',
  prepare: async (folder, port) => {
    const application = join(folder, 'hello.psgi');
    await writeFile(application, "sub { [200, ['Content-Type' => 'text/plain'], [\"hello\\n\"]] };\n");
    return {
      command: [
        '/usr/bin/starman',
        '--workers',
        '2',
        '--env',
        'deployment',
        '--listen',
        `127.0.0.1:${port}`,
        application,
      ],
    };
  },
  long: true,
  notes: 'Two preforked workers, each of which is replaced after a thousand requests.',
};
