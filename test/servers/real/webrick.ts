import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { RealServer } from './recipe.js';

export const recipe: RealServer = {
  name: 'webrick',
  package: 'ruby-webrick',
  program: '/usr/bin/ruby',
  prepare: async (folder, port) => {
    const documents = join(folder, 'documents');
    await mkdir(documents);
    await writeFile(join(documents, 'index.html'), 'hello\n');
    return {
      command: [
        '/usr/bin/ruby',
        ...['-run', '-e', 'httpd', '--', '--bind-address=127.0.0.1', `--port=${port}`, documents],
      ],
    };
  },
  long: true,
  notes: 'A new Ruby thread for every connection, 100 at most, and two lines in its log.',
};
