import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { RealServer } from './recipe.js';

type Mpm = 'prefork' | 'worker' | 'event';

const threadLimits =
  'StartServers 2\nMinSpareThreads 25\nMaxSpareThreads 75\nThreadLimit 64\nThreadsPerChild 25\nMaxRequestWorkers 150';

/** Debian's own figures, from mods-available/mpm_*.conf. */
const debianLimits = {
  prefork: 'StartServers 5\nMinSpareServers 5\nMaxSpareServers 10\nMaxRequestWorkers 150',
  worker: threadLimits,
  event: threadLimits,
} satisfies Record<Mpm, string>;

const modules = ['authz_core', 'alias', 'dir', 'env', 'filter', 'mime', 'reqtimeout', 'setenvif'];

export function apacheWith(mpm: Mpm, notes: string): RealServer {
  return {
    name: `apache-${mpm}`,
    package: 'apache2-bin',
    program: '/usr/sbin/apache2',
    prepare: async (folder, port) => {
      const documents = join(folder, 'documents');
      await mkdir(documents);
      await writeFile(join(documents, 'index.html'), 'hello\n');
      const config = join(folder, 'apache2.conf');
      await writeFile(config, configuration(mpm, folder, documents, port));
      return { command: ['/usr/sbin/apache2', '-D', 'FOREGROUND', '-f', config] };
    },
    notes: `${notes} Its listener has TCP_DEFER_ACCEPT: a connection without a byte may never reach accept().`,
  };
}

function configuration(mpm: Mpm, folder: string, documents: string, port: number): string {
  const loads = [`mpm_${mpm}`, ...modules].map(
    name => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`,
  );
  return `${loads.join('\n')}
ServerRoot ${folder}
ServerName localhost
Listen 127.0.0.1:${port}
PidFile ${folder}/apache2.pid
DefaultRuntimeDir ${folder}
Mutex file:${folder} default
ErrorLog ${folder}/error.log
TypesConfig /dev/null
${process.getuid?.() === 0 ? 'User www-data\nGroup www-data' : ''}
Timeout 300
KeepAlive On
MaxKeepAliveRequests 100
KeepAliveTimeout 5
RequestReadTimeout header=20-40,minrate=500
RequestReadTimeout body=10,minrate=500
${debianLimits[mpm]}
MaxConnectionsPerChild 0
DocumentRoot ${documents}
<Directory ${documents}>
  Require all granted
</Directory>
`;
}
