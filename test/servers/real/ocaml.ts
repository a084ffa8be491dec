import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { RealServer } from './recipe.js';

export const ocsigen: RealServer = {
  name: 'ocsigen',
  package: 'ocsigenserver',
  program: '/usr/bin/ocsigenserver',
  prepare: async (folder, port) => {
    const config = join(folder, 'ocsigen.conf');
    await writeFile(
      config,
      `<ocsigen>
  <server>
    <port>127.0.0.1:${port}</port>
    <logdir>${folder}</logdir>
    <datadir>${folder}</datadir>
    <commandpipe>${folder}/command</commandpipe>
    <charset>utf-8</charset>
    <host></host>
  </server>
</ocsigen>
`,
    );
    return { command: ['/usr/bin/ocsigenserver', '--config', config], env: { HOME: folder } };
  },
  long: true,
  notes:
    'One process around Lwt and libev; without extensions, which need all packages for development, it finds nothing.',
};

export const unison: RealServer = {
  name: 'unison',
  package: 'unison',
  program: '/usr/bin/unison',
  prepare: async (folder, port) => ({
    command: ['/usr/bin/unison', '-socket', String(port), '-listen', '127.0.0.1'],
    env: { HOME: folder, UNISON: folder },
  }),
  long: true,
  notes: 'Serves one connection at a time, which it greets.',
};
