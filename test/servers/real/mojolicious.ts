import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { RealServer } from './recipe.js';

export const recipe: RealServer = {
  name: 'mojolicious',
  package: 'libmojolicious-perl',
  program: '/usr/bin/perl',
  prepare: async (folder, port) => {
    const application = join(folder, 'hello.pl');
    await writeFile(
      application,
      `use Mojolicious::Lite -signatures;
app->log->level('fatal');
get '/' => { text => "hello\\n" };
app->start;
`,
    );
    return {
      command: [
        '/usr/bin/perl',
        application,
        'daemon',
        '--mode',
        'production',
        '--listen',
        `http://127.0.0.1:${port}`,
      ],
    };
  },
  long: true,
  notes: 'A framework on one loop of its own; closes a connection that is silent for 30 s.',
};
