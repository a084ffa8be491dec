import { lstatSync, readlinkSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';
import { missingBecause } from './file.js';
import { folderOf } from './folder.js';

/** Where the files of a process are found from here, if its mount namespace or its root differs from ours, as in a container. */
export function foreignRoot(pid: number): string | 'denied' | undefined {
  try {
    const isOurs = (['ns/mnt', 'root'] as const).every(
      link => readlinkSync(`${folderOf(pid)}/${link}`) === readlinkSync(`/proc/self/${link}`),
    );
    return isOurs ? undefined : `${folderOf(pid)}/root`;
  } catch (error) {
    return missingBecause(error) === 'denied' ? 'denied' : undefined;
  }
}

/**
 * The name that a path of that root has here. Its absolute links (/var/run → /run) would lead to our own files otherwise.
 * undefined for one that is not there, or goes round in a circle.
 *
 * @throws the error of lstat(2) where it may not be looked at.
 */
export function withinRoot(root: string, path: string): string | undefined {
  let rest = path.split('/').filter(name => name !== '');
  let at = '/';
  for (let links = 0; ; ) {
    const [name, ...further] = rest;
    if (name === undefined) return root + at;
    const next = join(at, name);
    const stat = lstatSync(root + next, { throwIfNoEntry: false });
    if (!stat) return undefined;
    rest = further;
    if (stat.isSymbolicLink()) {
      if (++links > MAX_LINKS) return undefined;
      const to = readlinkSync(root + next);
      at = to.startsWith('/') ? '/' : dirname(next);
      rest = [...to.split('/').filter(part => part !== ''), ...further];
    } else {
      at = next;
    }
  }
}

/** As the kernel has it. */
const MAX_LINKS = 40;
