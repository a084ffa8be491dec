import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { RealServer } from './recipe.js';

export const recipe: RealServer = {
  name: 'prosody',
  package: 'prosody',
  program: '/usr/bin/prosody',
  prepare: async (folder, port) => {
    const data = join(folder, 'data');
    await mkdir(data);
    await chmod(data, 0o777); // prosody's own user must get in
    const config = join(folder, 'prosody.cfg.lua');
    await writeFile(
      config,
      `daemonize = false
pidfile = "${data}/prosody.pid"
data_path = "${data}"
modules_enabled = { "roster", "saslauth", "disco", "ping" }
modules_disabled = { "s2s", "posix" }
c2s_timeout = 1
c2s_require_encryption = false
interfaces = { "127.0.0.1" }
c2s_ports = { ${port} }
c2s_direct_tls_ports = {}
s2s_ports = {}
s2s_direct_tls_ports = {}
http_ports = {}
https_ports = {}
log = { error = "*console" }
VirtualHost "localhost"
`,
    );
    return { command: ['/usr/bin/prosody', '-F', '--config', config], asUser: 'prosody' };
  },
  long: true,
  notes:
    'Lua: one loop, a parser of XML for every connection. A timer holds its session until c2s_timeout, 300 s as it comes: what is kept so long is no leak, and cannot be told from one in a minute.',
};
