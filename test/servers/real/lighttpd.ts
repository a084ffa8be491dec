import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { RealServer } from './recipe.js';

export const recipe: RealServer = {
  name: 'lighttpd',
  package: 'lighttpd',
  program: '/usr/sbin/lighttpd',
  prepare: async (folder, port) => {
    const documents = join(folder, 'documents');
    await mkdir(documents);
    await writeFile(join(documents, 'index.html'), 'hello\n');
    const config = join(folder, 'lighttpd.conf');
    await writeFile(
      config,
      `server.modules = ("mod_indexfile", "mod_access", "mod_alias", "mod_redirect", "mod_dirlisting", "mod_staticfile")
server.bind = "127.0.0.1"
server.port = ${port}
server.document-root = "${documents}"
index-file.names = ("index.html")
${process.getuid?.() === 0 ? 'server.username = "www-data"\nserver.groupname = "www-data"' : ''}
server.feature-flags += ("server.graceful-shutdown-timeout" => 5)
`,
    );
    return { command: ['/usr/sbin/lighttpd', '-D', '-f', config] };
  },
  notes: 'One process; the first request opens the file it serves, once, and keeps it for a while.',
};
