/** What an open file descriptor is, read from the text of the link /proc/PID/fd/N. */
export type FdKind =
  | 'socket'
  | 'pipe'
  | 'file'
  | 'device'
  | 'eventfd'
  | 'eventpoll'
  | 'timerfd'
  | 'signalfd'
  | 'inotify'
  | 'io_uring'
  | 'anonymous';

export interface FdLink {
  readonly kind: FdKind;
  /** The inode of a socket or pipe. Anonymous inodes share one, files are told apart by their path: both have 0 here. */
  readonly inode: number;
  /** The path of a file, the kernel's name of anything else. */
  readonly name: string;
}

const ANONYMOUS: Readonly<Record<string, FdKind>> = {
  '[eventfd]': 'eventfd',
  '[eventpoll]': 'eventpoll',
  '[timerfd]': 'timerfd',
  '[signalfd]': 'signalfd',
  inotify: 'inotify',
  '[io_uring]': 'io_uring',
};

export function parseFdLink(link: string): FdLink {
  const numbered = /^(socket|pipe):\[(\d+)\]$/.exec(link);
  if (numbered) return { kind: numbered[1] as FdKind, inode: Number(numbered[2]), name: link };
  if (link.startsWith('anon_inode:')) {
    const name = link.slice('anon_inode:'.length);
    return { kind: ANONYMOUS[name] ?? 'anonymous', inode: 0, name };
  }
  if (link.startsWith('/dev/') && !link.startsWith('/dev/shm/'))
    return { kind: 'device', inode: 0, name: link };
  return { kind: 'file', inode: 0, name: link };
}
