import type { CensusKey } from '../../verdict/evidence.js';

/** What a thing without a name is called, one and many. */
export const CENSUS_NAMES = {
  'dead-socket': ['socket without a connection', 'sockets without a connection'],
  upstream: ['TCP connection to another server', 'TCP connections to another server'],
  'other-socket': ['Unix or datagram socket', 'Unix or datagram sockets'],
  pipe: ['pipe', 'pipes'],
  file: ['file', 'files'],
  device: ['device', 'devices'],
  eventfd: ['eventfd', 'eventfds'],
  eventpoll: ['epoll instance', 'epoll instances'],
  timerfd: ['timerfd', 'timerfds'],
  signalfd: ['signalfd', 'signalfds'],
  inotify: ['inotify instance', 'inotify instances'],
  io_uring: ['io_uring instance', 'io_uring instances'],
  anonymous: ['anonymous inode', 'anonymous inodes'],
  thread: ['thread', 'threads'],
  child: ['child process', 'child processes'],
  zombie: ['zombie', 'zombies'],
  mapping: ['memory mapping', 'memory mappings'],
} as const satisfies Record<CensusKey, readonly [string, string]>;

export function nameOf(key: CensusKey, count: number): string {
  return CENSUS_NAMES[key][count === 1 ? 0 : 1];
}
