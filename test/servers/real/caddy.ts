import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { RealServer } from './recipe.js';

export const recipe: RealServer = {
  name: 'caddy',
  package: 'caddy',
  program: '/usr/bin/caddy',
  prepare: async (folder, port) => {
    const documents = join(folder, 'documents');
    await mkdir(documents);
    await writeFile(join(documents, 'index.html'), 'hello\n');
    const config = join(folder, 'Caddyfile');
    await writeFile(
      config,
      `{
  admin off
  auto_https off
}
http://127.0.0.1:${port} {
  root * ${documents}
  file_server
}
`,
    );
    return {
      command: ['/usr/bin/caddy', 'run', '--config', config, '--adapter', 'caddyfile'],
      env: { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
    };
  },
  long: true,
  notes: 'Go: a goroutine for every connection.',
};
