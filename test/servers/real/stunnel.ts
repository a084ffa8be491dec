import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { selfSignedCertificate } from './certificate.js';
import type { RealServer } from './recipe.js';

export const recipe: RealServer = {
  name: 'stunnel',
  package: 'stunnel4',
  program: '/usr/bin/stunnel4',
  prepare: async (folder, port) => {
    const { keyPath, certificatePath } = await selfSignedCertificate(folder);
    const config = join(folder, 'stunnel.conf');
    await writeFile(
      config,
      `foreground = yes
pid =
syslog = no
[echo]
accept = 127.0.0.1:${port}
exec = /bin/cat
execArgs = cat
cert = ${certificatePath}
key = ${keyPath}
`,
    );
    return { command: ['/usr/bin/stunnel4', config] };
  },
  notes:
    'A thread for every connection; after a complete TLS handshake a cat of its own that echoes. Needs the openssl program for the certificate.',
};
