import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { RealServer } from './recipe.js';

export const recipe: RealServer = {
  name: 'vsftpd',
  package: 'vsftpd',
  program: '/usr/sbin/vsftpd',
  prepare: async (folder, port) => {
    const jail = join(folder, 'empty');
    await mkdir(jail, { mode: 0o755 });
    const config = join(folder, 'vsftpd.conf');
    await writeFile(
      config,
      `listen=YES
listen_address=127.0.0.1
listen_port=${port}
background=NO
anonymous_enable=NO
local_enable=YES
dirmessage_enable=YES
connect_from_port_20=NO
secure_chroot_dir=${jail}
pam_service_name=vsftpd
ssl_enable=NO
vsftpd_log_file=${folder}/vsftpd.log
${process.getuid?.() === 0 ? '' : 'run_as_launching_user=YES\n'}`,
    );
    return { command: ['/usr/sbin/vsftpd', config] };
  },
  notes:
    'Forks for every connection, and once more at the login. Greets first, so a client that leaves at once makes it reset.',
};
