import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { RealServer } from './recipe.js';

export const recipe: RealServer = {
  name: 'varnish',
  package: 'varnish',
  program: '/usr/sbin/varnishd',
  prepare: async (folder, port) => {
    const vcl = join(folder, 'default.vcl');
    await writeFile(
      vcl,
      `vcl 4.1;
backend default none;
sub vcl_recv { return (synth(200, "hello")); }
`,
    );
    return {
      command: [
        '/usr/sbin/varnishd',
        '-F',
        '-n',
        join(folder, 'varnish'),
        '-a',
        `127.0.0.1:${port}`,
        '-f',
        vcl,
        '-s',
        'malloc,256m',
      ],
    };
  },
  notes:
    'A manager and a child with two pools of a hundred threads; compiles its configuration with cc when it starts.',
};
