import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { RealServer } from './recipe.js';

export const recipe: RealServer = {
  name: 'python-http',
  package: 'python3',
  program: '/usr/bin/python3',
  prepare: async (folder, port) => {
    const documents = join(folder, 'documents');
    await mkdir(documents);
    await writeFile(join(documents, 'index.html'), 'hello\n');
    return {
      command: [
        '/usr/bin/python3',
        '-m',
        'http.server',
        '--bind',
        '127.0.0.1',
        '--directory',
        documents,
        String(port),
      ],
    };
  },
  notes: 'A new thread for every connection; listens with a backlog of 5, so a fast client overruns it.',
};
