import { formatCount, plural } from '../../units.js';
import type { FdFinding, HeldGroup } from '../../verdict/finding.js';
import type { Pattern } from '../../verdict/pattern.js';
import { nameOf } from './census.js';
import { EXPLANATIONS } from './explain/table.js';
import { minutes, ratio, rounds } from './numbers.js';
import type { ServerKind } from './server-kind.js';

/** "fds 7 → 1017 (10 of them in the warm-up), one on every cycle". */
export function fdTitle({
  fdsBefore,
  fdsAfter,
  inWarmup,
  pattern,
  perCycle,
  groups,
  count,
  perMinute,
}: FdFinding): string {
  const warm = inWarmup > 0 ? ` (${formatCount(inWarmup)} of them in the warm-up)` : '';
  const onlyHeld = groups.reduce((sum, { heldClients = [] }) => sum + heldClients.length, 0) >= count;
  const which = pattern
    ? describePattern(pattern)
    : onlyHeld
      ? 'held connections and no others'
      : ratio(perCycle, perMinute);
  return `fds ${fdsBefore} → ${fdsAfter}${warm}, ${which}`;
}

/** One line for each sort of thing that is held, then the limit. */
export function fdEvidence(finding: FdFinding): string[] {
  const { groups, limit, connectionsLeft, minutesLeft, spinning, hasTimeout } = finding;
  const lines = groups.flatMap(group => {
    const count = `${formatCount(group.count)} × ${groupName(group)}`;
    const doubled = group.descriptors > group.count ? `, ${formatCount(group.descriptors)} descriptors` : '';
    const pattern = groups.length > 1 && group.pattern ? `, ${describePattern(group.pattern)}` : '';
    const line = `${count}${fdRange(group)}${doubled}${pattern}${rounds(group.perRound)}: ${groupWords(group).meaning}`;
    return [line, ...heldLine(group), ...followedLine(group)];
  });
  if (limit !== undefined && connectionsLeft !== undefined) {
    lines.push(
      connectionsLeft === 0
        ? `limit ${limit}: reached; accept() answers EMFILE`
        : `limit ${limit}: accept() fails with EMFILE after ${formatCount(connectionsLeft)} more ${connectionsLeft === 1 ? 'connection' : 'connections'}`,
    );
  }
  if (limit !== undefined && connectionsLeft === undefined && minutesLeft !== undefined) {
    lines.push(`limit ${limit}: accept() fails with EMFILE after ${minutes(minutesLeft)} more at this rate`);
  }
  if (spinning)
    lines.push(
      'the server keeps a CPU busy although nobody talks to it: its loop is woken by an end of file that it ignores',
    );
  if (hasTimeout) lines.push(OWN_TIMEOUT);
  return lines;
}

/** What else it may be, where something in the server wakes by itself. */
export const OWN_TIMEOUT = 'or it closes only after its own timeout: --settle 2m tells';

/** "2 of them were held connections: 17, 40". */
function heldLine({ heldClients = [], count }: HeldGroup): string[] {
  if (heldClients.length === 0) return [];
  const which = `${heldClients.length === 1 ? 'held connection' : 'held connections'} ${shortNumbers(heldClients)}`;
  if (heldClients.length === count) return [count === 1 ? `it was ${which}` : `they were ${which}`];
  return [`${formatCount(heldClients.length)} of them ${heldClients.length === 1 ? 'was' : 'were'} ${which}`];
}

/** "19 of 20 followed connections were kept: confirming cycles 301 … 319 (fd 14 … 32)". */
function followedLine({ followed }: HeldGroup): string[] {
  if (!followed || followed.keptCycles.length === 0) return [];
  const { of, keptCycles, fdNumbers, pattern } = followed;
  const which = pattern.kind === 'every-nth' ? `, one on every ${ordinal(pattern.step)}` : '';
  const [were, cycles] = keptCycles.length === 1 ? ['was', 'cycle'] : ['were', 'cycles'];
  return [
    `${keptCycles.length} of ${plural(of, 'followed connection')} ${were} kept${which}: confirming ${cycles} ${shortNumbers(keptCycles)} (fd ${shortNumbers(fdNumbers)})`,
  ];
}

function shortNumbers(numbers: readonly number[]): string {
  if (numbers.length <= 4) return numbers.join(', ');
  const inARow = (numbers.at(-1) ?? 0) - (numbers[0] ?? 0) === numbers.length - 1;
  return `${numbers.slice(0, inARow ? 1 : 3).join(', ')} … ${numbers.at(-1)}`;
}

function groupName({ what, state, count, heldClients = [] }: HeldGroup): string {
  if (what === 'connection' || what === 'outside' || what === 'nowhere') {
    if (state) return `TCP socket in ${state}`;
    return heldClients.length > 0
      ? 'TCP socket that the client has reset'
      : 'TCP socket, reset since by the next owner of its port';
  }
  return nameOf(what, count);
}

/** "(fd 8 … 1017)": the numbers are those of one process only when there is one. */
function fdRange({ fdNumbers, pids }: HeldGroup): string {
  const [first] = fdNumbers;
  const last = fdNumbers.at(-1);
  if (first === undefined || last === undefined) return pids.length > 0 ? ` (pid ${shortList(pids)})` : '';
  if (pids.length > 1) return ` (pid ${shortList(pids)})`;
  return first === last ? ` (fd ${first})` : ` (fd ${first} … ${last})`;
}

function shortList(pids: readonly number[]): string {
  return pids.length > 4 ? `${pids.slice(0, 4).join(', ')} and ${pids.length - 4} more` : pids.join(', ');
}

interface GroupWords {
  readonly meaning: string;
  readonly cause: string;
  readonly advice: string;
}

/** What it means that such things are held, why, and where to look. */
export function groupWords(group: HeldGroup | undefined, server: ServerKind = 'unknown'): GroupWords {
  const advice = fdAdvice(group?.what, server);
  const { cause } = EXPLANATIONS.fd;
  if (!group) return { meaning: cause, cause, advice };
  switch (group.what) {
    case 'connection':
      return { meaning: cause, cause, advice };
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
        meaning: 'the connection was reset and is in no table of the kernel, the server never called close()',
        cause:
          'the connection ended with a reset (the server wrote to a client that had gone, or the client reset it), and the server never called close()',
        advice,
      };
    case 'upstream':
      return {
        meaning: 'opened for a connection of ours and kept',
        cause: 'a connection to another server is opened for each client and not closed with it',
        advice:
          'look at: where the client disconnects: is the connection behind it closed, or given back to its pool?',
      };
    default:
      return {
        meaning: 'opened for a connection and kept after it',
        cause: `${nameOf(group.what, 2)} are opened for a connection and not closed with it`,
        advice,
      };
  }
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

/** "one on every cycle", "one on every 100th cycle", "only on cycle 512". */
export function describePattern(pattern: Pattern): string {
  switch (pattern.kind) {
    case 'every':
      return 'one on every cycle';
    case 'every-nth':
      return `one on every ${ordinal(pattern.step)} cycle`;
    case 'from':
      return `one on every cycle from ${formatCount(pattern.first)} on`;
    case 'only':
      return pattern.cycles.length === 1
        ? `only on cycle ${pattern.cycles[0]}`
        : `only on cycles ${pattern.cycles.join(', ')}`;
    case 'with':
      return withClients(pattern.clients);
    case 'some':
      return `on some cycles, the first ${pattern.first}, the last ${pattern.last}`;
  }
}

/** "all of them from cycles with rst, one on each". */
function withClients(clients: Extract<Pattern, { kind: 'with' }>['clients']): string {
  const names = clients.map(({ client }) => client);
  const last = names.pop() ?? '';
  const all = names.length > 0 ? `${names.join(', ')} or ${last}` : last;
  const shares = clients.map(({ count, of }) => `${formatCount(count)} of ${formatCount(of)}`);
  const each = clients.every(({ count, of }) => count === of);
  return `all of them from cycles with ${all}, ${each ? 'one on each' : `on ${shares.join(' and ')}`}`;
}

export function ordinal(number: number): string {
  const teens = number % 100 >= 11 && number % 100 <= 13;
  const ending = teens ? 'th' : (['th', 'st', 'nd', 'rd'][number % 10] ?? 'th');
  return `${number}${ending}`;
}
