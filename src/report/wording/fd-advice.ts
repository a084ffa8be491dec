import type { HeldGroup } from '../../verdict/finding.js';
import { EXPLANATIONS } from './explain/table.js';
import type { ServerKind } from './server-kind.js';

/** What is held, as far as advice differs by it: a socket whose client closed, one that was reset, anything else. */
export type AdvisedGroup = 'connection' | 'dead-socket' | 'other';

/** Where to look, by how the server is built and what it kept. */
export const FD_ADVICE = {
  'poll-loop': {
    connection:
      'look at: the branch of the loop where read() returns 0; taking the fd out of epoll or of the poll array does not close it, close(fd) does',
    'dead-socket':
      'look at: the branch for POLLERR, POLLHUP or EPOLLHUP, and a read() or write() of -1 with ECONNRESET or EPIPE; a `continue` there skips close(fd)',
    other:
      'look at: the timerfd, eventfd or file that is opened with a connection; close it where the socket is closed',
  },
  uring: {
    connection:
      'look at: the completion of a receive with res = 0; it has to reach close(fd) or IORING_OP_CLOSE, and a multishot receive has to be over by then',
    'dead-socket':
      'look at: completions with a negative res, such as -ECONNRESET or -EPIPE; they have to reach close(fd) or IORING_OP_CLOSE too',
    other:
      'look at: the timerfd, eventfd or file that is opened with a connection; close it where the socket is closed',
  },
  iterative: {
    connection:
      'look at: every way out of the loop that serves one client, also break, continue and return; each has to pass close(fd) before the next accept()',
    'dead-socket':
      'look at: the way out after a read() or write() that failed with ECONNRESET or EPIPE; it has to pass close(fd) before the next accept()',
    other:
      'look at: what is opened after accept() besides the socket, and the ways out that skip its close()',
  },
  fork: {
    connection:
      'look at: close(fd) in the parent after fork(), and exit() in the child; the connection ends only when both have let go of it',
    'dead-socket':
      'look at: close(fd) in the parent after fork(), and whether the child gets to exit() when read() or write() fails',
    other:
      'look at: pipes and files that are opened before fork(); parent and child each have to close the ends that they do not use',
  },
  thread: {
    connection:
      'look at: every return of the thread function, also the early ones; each has to pass close(fd), and an fd handed to a pool has to have one owner',
    'dead-socket':
      'look at: the return after a read() or write() that failed with ECONNRESET or EPIPE; it has to pass close(fd)',
    other: 'look at: what the thread function opens besides the socket, and its early returns',
  },
  node: {
    connection:
      "look at: net.createServer({ allowHalfOpen: true }) without socket.end(), or a socket that nobody reads (paused, or no 'data' listener): 'end' comes only after the last byte was read",
    'dead-socket':
      'look at: sockets that are paused, or half open because of allowHalfOpen: a reset is noticed only by reading or writing; set socket.setTimeout() and call socket.destroy()',
    other:
      'look at: createReadStream(…).pipe(socket): pipe() leaves the file open when the client goes, pipeline() closes it; and FileHandles without close()',
  },
  python: {
    connection:
      'look at: a handler without `with conn:` or `finally: conn.close()`, a list, dict or selector that still has conn in it; in asyncio, writer.close()',
    'dead-socket':
      'look at: `except ConnectionResetError` and `except BrokenPipeError`: do they reach conn.close()? In asyncio, writer.close() belongs into a finally',
    other: 'look at: open() without `with`, and Popen(…) with pipes that nobody closes',
  },
  java: {
    connection:
      'look at: accept() without try (Socket s = …), or a channel where read() returned -1: key.cancel() does not close it, channel.close() does',
    'dead-socket':
      'look at: `catch (IOException e)` around read and write: it has to reach close(), which try-with-resources does by itself',
    other:
      'look at: streams without try-with-resources, and Selector.open() for each connection (an epoll instance and an eventfd or pipe each)',
  },
  unknown: {
    connection: EXPLANATIONS.fd.advice,
    'dead-socket':
      'look at: the path where read() or write() fails with ECONNRESET or EPIPE, and any that drops a connection without closing it',
    other: 'look at: what is opened per connection besides the socket; ls -l /proc/PID/fd',
  },
} as const satisfies Record<ServerKind, Record<AdvisedGroup, string>>;

export function fdAdvice(what: HeldGroup['what'] | undefined, server: ServerKind): string {
  const group = what === undefined || what === 'connection' || what === 'dead-socket' ? what : 'other';
  return FD_ADVICE[server][group ?? 'connection'];
}
