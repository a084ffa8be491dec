/**
 * Folders under /sys/fs/cgroup that may hold the pids limit of a process, from its /proc/PID/cgroup: the one of the
 * pids controller in the first version of cgroups ("8:pids:/app"), and that of the second one ("0::/app").
 */
export function pidsFolders(text: string): string[] {
  return text.split('\n').flatMap(line => {
    const [, controllers = '', path = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers.split(',').includes('pids')) return [`/sys/fs/cgroup/pids${trim(path)}`];
    return line.startsWith('0::') ? [`/sys/fs/cgroup${trim(path)}`] : [];
  });
}

function trim(path: string): string {
  return path === '/' ? '' : path;
}
