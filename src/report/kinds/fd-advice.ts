import type { HeldGroup } from '../../verdict/finding.js';
import { nameOf } from '../counts.js';
import { escapeText } from '../escape.js';
import type { ServerKind } from '../server-kind.js';

interface GroupWords {
  readonly meaning: string;
  readonly cause: string;
  readonly advice: string;
}

/** What it means that such things are held, why, and where to look. */
export function groupWords(group: HeldGroup | undefined, server: ServerKind = 'unknown'): GroupWords {
  const advice = fdAdvice(group?.what ?? 'connection', server);
  if (group?.inheritedBy) {
    const holders = shortList(group.inheritedBy.map(({ pid, comm }) => `${pid} ${escapeText(comm)}`));
    return {
      meaning: `inherited by a program that the server executed (pid ${holders}), because it was opened without close-on-exec`,
      cause:
        'a program that the server executes inherits the sockets of its clients, which stay open as long as it runs',
      advice:
        'look at: accept4() with SOCK_CLOEXEC, or FD_CLOEXEC before another program is executed; in Python close_fds, which is on by default',
    };
  }
  if (!group || group.what === 'connection') return { meaning: NEVER_CLOSED, cause: NEVER_CLOSED, advice };
  if (group.what === 'other-socket' && group.names) return UPSTREAM;
  switch (group.what) {
    case 'outside': {
      const holders = shortList(group.pids);
      return {
        meaning: `held by pid ${holders}, which is not below the server`,
        cause:
          'the connection was passed to a process outside of the server, such as a double-forked child, that keeps it',
        advice: `look at: what pid ${holders} does; ls -l /proc/PID/fd`,
      };
    }
    case 'nowhere':
      return {
        meaning: 'open in the kernel, held by no descriptor that can be seen',
        cause:
          'the kernel still has the connection: in an io_uring, in flight in a Unix socket, or in a process that cannot be seen',
        advice: 'look at: direct descriptors of io_uring, SCM_RIGHTS messages that nobody received',
      };
    case 'dead-socket':
      return {
        meaning: 'the connection is over and in no table of the kernel, the server never called close()',
        cause:
          'the connection was reset (by the client, or because the server wrote to one that had gone), or ended with shutdown(), which closes no descriptor; the server never called close()',
        advice,
      };
    case 'upstream':
      return UPSTREAM;
    default:
      return {
        meaning: 'opened for a connection and kept after it',
        cause: `${nameOf(group.what, 2)} are opened for a connection and not closed with it`,
        advice,
      };
  }
}

const UPSTREAM: GroupWords = {
  meaning: 'opened for a connection of ours and kept',
  cause: 'a connection to another server is opened for each client and not closed with it',
  advice:
    'look at: where the client disconnects: is the connection behind it closed, or given back to its pool?',
};

/** Why a connection is held, where nothing tells more. */
export const NEVER_CLOSED = 'the client closed, the server never called close()';

/** Where to look for what is held, in a server that is built like this. */
export function fdAdvice(what: HeldGroup['what'], server: ServerKind): string {
  return FD_ADVICE[server][what === 'connection' || what === 'dead-socket' ? what : 'other'];
}

/** "1, 2, 3, 4 and 2 more". */
export function shortList(pids: ReadonlyArray<number | string>): string {
  return pids.length > 4 ? `${pids.slice(0, 4).join(', ')} and ${pids.length - 4} more` : pids.join(', ');
}

/** What is held, as far as advice differs by it: a socket whose client closed, one that was reset, anything else. */
type AdvisedGroup = 'connection' | 'dead-socket' | 'other';

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
  go: {
    connection:
      'look at: the goroutine of a connection that returns without conn.Close(): defer it right after Accept(); with net/http, a Hijack() without Close()',
    'dead-socket':
      'look at: a return after an error of Read or Write that skips conn.Close(), and a goroutine that waits for a channel instead of reading: SetReadDeadline wakes it',
    other:
      'look at: os.Open, os.Pipe or net.Dial for a connection without defer Close(), and a response body of an http.Client that nobody closes',
  },
  ruby: {
    connection:
      'look at: accept without a block or `ensure client.close`; a Thread.new around it has to close it in its own ensure',
    'dead-socket':
      'look at: `rescue Errno::ECONNRESET` and `rescue Errno::EPIPE`: the close belongs into ensure, which they reach as well',
    other: 'look at: File.open, IO.pipe and IO.popen without a block; the block form closes by itself',
  },
  perl: {
    connection:
      'look at: a handle that a hash, a closure or IO::Select still refers to: Perl closes it only with the last reference; $select->remove($fh) and close($fh)',
    'dead-socket':
      'look at: what follows a sysread of undef or a syswrite that failed; it has to pass $select->remove($fh) and close($fh) too',
    other: 'look at: handles opened for a connection that a longer-lived variable or closure refers to',
  },
  php: {
    connection:
      'look at: the array of clients that is given to stream_select(): unset() the entry and fclose() where feof() or an empty fread() is seen',
    'dead-socket':
      'look at: fread() or fwrite() that returned false; it has to reach unset() and fclose() as an end does',
    other: 'look at: fopen(), proc_open() and stream_socket_client() for a connection without their close',
  },
  dotnet: {
    connection:
      'look at: AcceptTcpClient or Accept without using; a Task that serves the connection has to dispose it in its own finally',
    'dead-socket':
      'look at: `catch (IOException)` and `catch (SocketException)`: Dispose() belongs into finally, which `using` does by itself',
    other: 'look at: FileStream, Process and HttpResponseMessage of a connection without using',
  },
  beam: {
    connection:
      'look at: the process that owns the socket: the port is closed when it exits, so which message does it still wait for? tcp_closed comes only with {active, true} or once',
    'dead-socket':
      'look at: a receive without a clause for {tcp_error, Socket, Reason} or {error, closed}; it has to reach gen_tcp:close(Socket) or the exit of its owner',
    other:
      'look at: open_port and file:open in a process that outlives its connection; inet:i(). shows the owners',
  },
  collected: {
    connection:
      'look at: a way out of the code that serves one client, an exception above all, that does not pass the close; nothing says when a finalizer runs',
    'dead-socket':
      'look at: the exception of a read or write that failed with ECONNRESET or EPIPE; the close belongs where it comes by as well',
    other:
      'look at: ports, channels and files opened for a connection; nothing says when a finalizer closes them',
  },
  unknown: {
    connection: 'look at: the path where read()/recv() returns 0',
    'dead-socket':
      'look at: the path where read() or write() fails with ECONNRESET or EPIPE, and any that drops a connection without closing it',
    other: 'look at: what is opened per connection besides the socket; ls -l /proc/PID/fd',
  },
} as const satisfies Record<ServerKind, Record<AdvisedGroup, string>>;
