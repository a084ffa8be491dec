import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { RealServer } from './recipe.js';

export const recipe: RealServer = {
  name: 'php-builtin',
  package: 'php-cli',
  program: '/usr/bin/php',
  prepare: async (folder, port) => {
    const documents = join(folder, 'documents');
    await mkdir(documents);
    await writeFile(join(documents, 'index.php'), '<?php echo "hello\\n";\n');
    return { command: ['/usr/bin/php', '-S', `127.0.0.1:${port}`, '-t', documents] };
  },
  long: true,
  notes: 'php -S: one process, one request at a time, three lines in its log for every connection.',
};
