import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { RealServer } from './recipe.js';

export const recipe: RealServer = {
  name: 'twiggy',
  package: 'twiggy',
  program: '/usr/bin/twiggy',
  prepare: async (folder, port) => {
    const application = join(folder, 'hello.psgi');
    await writeFile(application, "sub { [200, ['Content-Type' => 'text/plain'], [\"hello\\n\"]] };\n");
    return {
      command: ['/usr/bin/twiggy', '--listen', `127.0.0.1:${port}`, application],
    };
  },
  long: true,
  notes: 'AnyEvent: one loop, and a watcher for every connection.',
};
