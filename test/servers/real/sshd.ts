import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { RealServer } from './recipe.js';

const run = promisify(execFile);

export const recipe: RealServer = {
  name: 'sshd',
  package: 'openssh-server',
  program: '/usr/sbin/sshd',
  prepare: async (folder, port) => {
    const hostKey = join(folder, 'host_key');
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', hostKey]);
    // Compiled into Debian's sshd, which does not start as root without it; empty, as its service would make it.
    if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
    const config = join(folder, 'sshd_config');
    await writeFile(config, `${configuration(folder, port, hostKey)}PerSourcePenalties no\n`);
    // OpenSSH 9.8 brought penalties for clients that come and go; an older one refuses the word.
    const understood = await run('/usr/sbin/sshd', ['-t', '-f', config]).then(
      () => true,
      () => false,
    );
    if (!understood) await writeFile(config, configuration(folder, port, hostKey));
    return { command: ['/usr/sbin/sshd', '-D', '-e', '-f', config] };
  },
  notes:
    'Forks and executes itself for every connection, and forks again when the client has greeted: 3 ms each, so a fast client leaves a queue behind. Greets first. MaxStartups is raised; Debian drops from the tenth unauthenticated connection on.',
};

function configuration(folder: string, port: number, hostKey: string): string {
  return `ListenAddress 127.0.0.1
Port ${port}
HostKey ${hostKey}
PidFile ${folder}/sshd.pid
MaxStartups 1000:30:2000
KbdInteractiveAuthentication no
UsePAM yes
X11Forwarding yes
PrintMotd no
`;
}
