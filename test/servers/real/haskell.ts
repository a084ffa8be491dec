import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { RealServer } from './recipe.js';

export const hledgerWeb: RealServer = {
  name: 'hledger-web',
  package: 'hledger-web',
  program: '/usr/bin/hledger-web',
  prepare: async (folder, port) => {
    const journal = join(folder, 'journal');
    await writeFile(journal, '2024-01-01 opening\n  assets  1\n  equity\n');
    return {
      command: [
        '/usr/bin/hledger-web',
        ...['--serve', '--host', '127.0.0.1', '--port', String(port), '--file', journal],
      ],
      env: { HOME: folder, LANG: 'C.UTF-8' },
    };
  },
  long: true,
  notes: 'Warp: a green thread of GHC for every connection.',
};

export const gitit: RealServer = {
  name: 'gitit',
  package: 'gitit',
  program: '/usr/bin/gitit',
  prepare: async (folder, port) => {
    const config = join(folder, 'gitit.conf');
    await writeFile(config, `address: 127.0.0.1\nport: ${port}\nrepository-type: Git\nuse-cache: no\n`);
    return {
      command: ['/usr/bin/gitit', '--config-file', config],
      env: {
        ...{ HOME: folder, LANG: 'C.UTF-8' },
        ...{ GIT_AUTHOR_NAME: 'gitit', GIT_AUTHOR_EMAIL: 'gitit', GIT_COMMITTER_NAME: 'gitit' },
        GIT_COMMITTER_EMAIL: 'gitit',
      },
    };
  },
  long: true,
  notes: 'Happstack: a green thread of GHC for every connection.',
};
