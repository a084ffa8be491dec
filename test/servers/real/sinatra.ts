import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { RealServer } from './recipe.js';

export const recipe: RealServer = {
  name: 'sinatra',
  package: 'ruby-sinatra thin',
  program: '/usr/bin/thin',
  prepare: async (folder, port) => {
    const application = join(folder, 'config.ru');
    await writeFile(application, "require 'sinatra'\nget('/') { \"hello\\n\" }\nrun Sinatra::Application\n");
    return {
      command: [
        '/usr/bin/thin',
        ...['--rackup', application, '--environment', 'production', '--address', '127.0.0.1'],
        ...['--port', String(port), 'start'],
      ],
    };
  },
  long: true,
  notes: 'A framework in front of EventMachine: one loop in C++ below one Ruby thread.',
};
