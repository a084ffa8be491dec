import { formatCount, formatDuration, plural } from '../../units.js';
import type { HangFinding } from '../../verdict/finding.js';
import { CONNECT_AND_CLOSE, type ServerWords } from './words.js';

/** The server listens, and serves nobody. */
export const hang: ServerWords<HangFinding> = {
  title: hangTitle,
  cause: hangCause,
  advice: hangAdvice,
  evidence: hangEvidence,
  fault: () => 'the server hangs',
  does: () => ['hangs'],
  cell: ({ facts }) => (facts['silentClients'] === undefined ? 'hangs' : 'blocked'),
  next: ({ silentClients, atFdLimit }) => {
    if (silentClients) return undefined;
    return atFdLimit ? { explain: 'fd' } : 'inspect';
  },
  isGrowth: false,
  explanation: {
    summary: 'the server listens, but it has stopped calling accept()',
    what: [
      'The kernel makes the handshake, not the server. So connect() succeeds against a process that does nothing at all: the connection waits in the accept queue. When the queue is full (the backlog of listen()), the kernel drops new handshakes, and clients wait for seconds.',
      'Here the queue does not move although the process is there. In most cases it is one client that the server waits for, and that all others have to wait for too.',
    ],
    cause:
      'the process does not call accept() any more: it waits for something else, or its accept loop has ended',
    advice:
      'look at: the accept loop; what does the process wait for? cat /proc/PID/task/*/wchan, or attach a debugger',
    adviceFor: {
      go: 'look at: kill -QUIT PID prints where each goroutine stands (and ends the server); an Accept loop that handles a client itself instead of `go handle(conn)`, or one that returned on an error',
      node: 'look at: code that never gives the event loop back: an endless loop, a *Sync call, Atomics.wait(); kill -USR1 PID lets a debugger in',
      python:
        'look at: the accept loop; py-spy dump --pid PID says where it stands. A recv() in it without a timeout waits for one client while all others wait',
      java: 'look at: jstack PID: where does the thread that accepts stand? A pool without a free thread makes everybody wait',
      fork: 'look at: a parent that waits for its child (wait() without WNOHANG) before it accepts the next one',
      'poll-loop':
        'look at: a blocking read(), write() or connect() inside the loop; the sockets need O_NONBLOCK, the listening one too',
      iterative:
        'look at: a recv() without a timeout: while one client is connected and says nothing, all others wait',
      uring:
        'look at: a multishot accept whose completion came without IORING_CQE_F_MORE has ended; it has to be submitted again',
      thread: 'look at: a pool without a free thread, or a lock that the accepting thread waits for',
    },
    byHand: [
      [CONNECT_AND_CLOSE, 'a hundred clients that connect and close, in bash; it may be that this stops too'],
      [
        "ss -tln '( sport = :PORT )'",
        'Recv-Q is the number that waits in the accept queue, Send-Q its size (the backlog); look twice',
      ],
      [
        'cat /proc/PID/task/*/wchan',
        'what its threads sleep in: accept is inet_csk_accept, an event loop ep_poll',
      ],
      [
        'cat /proc/PID/task/*/syscall',
        'the number of the call and its arguments; the first one often is the fd it waits for',
      ],
      ['ls -l /proc/PID/fd', 'which client that fd belongs to, and whether the limit is reached'],
    ],
    causes: [
      'An iterative server reads from one client without a timeout, and this client sends nothing.',
      'accept() answered EMFILE, ECONNABORTED or EINTR, and the loop took that for its end.',
      'The listening socket blocks: the client was gone between poll() and accept(), and accept() waits for the next one.',
      'Edge-triggered epoll, and accept() called once for an event that stood for several clients.',
      'A pool whose threads all wait, each for a client of its own.',
      'A deadlock.',
    ],
    sketches: [
      {
        language: 'C',
        wrong: 'with edge-triggered epoll one event may stand for many clients',
        before: `
if (ev.data.fd == listener) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    add(fd);
}`,
        after: `
if (ev.data.fd == listener) {      /* the listener is O_NONBLOCK as well */
    int fd;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) add(fd);
}`,
      },
      {
        language: 'C',
        wrong: 'any error ends the accept loop, but the process lives on',
        before: `
while ((fd = accept(listener, NULL, NULL)) >= 0) serve(fd);`,
        after: `
for (;;) {
    fd = accept(listener, NULL, NULL);
    if (fd >= 0) serve(fd);
    else if (errno == EINTR || errno == ECONNABORTED) continue;
    else if (errno == EMFILE || errno == ENFILE) usleep(10000);
    else die("accept");
}`,
      },
      {
        language: 'Python',
        wrong: 'one silent client stops the service for all',
        before: `
conn, peer = server.accept()
data = conn.recv(4096)`,
        after: `
conn, peer = server.accept()
conn.settimeout(10)                # or a thread for each, or asyncio
data = conn.recv(4096)`,
      },
      {
        language: 'Java',
        wrong: 'a pool of ten, and ten clients that say nothing',
        before: `
Socket socket = server.accept();
pool.submit(() -> serve(socket));`,
        after: `
Socket socket = server.accept();
socket.setSoTimeout(10_000);       // read() throws SocketTimeoutException after that
pool.submit(() -> serve(socket));`,
      },
    ],
    next: [
      ['churn inspect --port PORT', 'makes no connection: who listens, and what it holds'],
      ['churn explain fd', 'when it stopped at its limit of descriptors'],
    ],
  },
};

function hangTitle(finding: HangFinding): string {
  const { accepted, connected, atFdLimit, silentClients, openFilesLimit } = finding;
  if (openFilesLimit !== undefined)
    return `the server does not serve again after ${atFdLimit ? `its limit of ${formatCount(openFilesLimit)} descriptors` : plural(connected, 'silent client')}`;
  if (silentClients === 1) return 'one silent client blocks all others';
  if (silentClients) return `${formatCount(silentClients)} silent clients block all others`;
  const why = atFdLimit ? ' at its fd limit' : '';
  return accepted === 0
    ? `the server accepts nothing${why}: accepted 0 of ${formatCount(connected)}`
    : `the server stopped accepting${why}: accepted ${formatCount(accepted)} of ${formatCount(connected)}`;
}

function hangCause({ accepted, atFdLimit, silentClients, openFilesLimit }: HangFinding): string | undefined {
  if (openFilesLimit !== undefined) return AFTER_LIMIT.cause;
  if (silentClients && atFdLimit) return 'they have every descriptor that the server may open';
  if (silentClients) return 'the server waits for clients that say nothing, and serves nobody else meanwhile';
  if (atFdLimit) return 'accept() answers EMFILE, so connections pile up in the accept queue';
  return accepted === 0 ? 'the process listens, but it does not call accept()' : undefined;
}

function hangAdvice({ atFdLimit, silentClients, openFilesLimit }: HangFinding): string | undefined {
  if (openFilesLimit !== undefined) return AFTER_LIMIT.advice;
  if (silentClients && atFdLimit)
    return 'look at: its limit (ulimit -n), and a timeout for clients that say nothing';
  if (silentClients) {
    return 'look at: a read() without a timeout in the accept loop, or a pool in which each client takes a worker; give clients a timeout, or wait for all of them with poll()';
  }
  return atFdLimit
    ? 'look at: who holds the descriptors (above); accepting goes on when some are closed'
    : undefined;
}

function hangEvidence(finding: HangFinding): string[] {
  const { count, connected, stalledMs, silentClients, openFilesLimit, inHand = 0 } = finding;
  if (openFilesLimit !== undefined) {
    return [
      `${plural(connected, 'silent client')} had gone; the next one was not served within ${formatDuration(stalledMs)}`,
    ];
  }
  if (silentClients) {
    return [
      `${plural(silentClients, 'client is', 'clients are')} connected and ${silentClients === 1 ? 'says' : 'say'} nothing; the next one was not served within ${formatDuration(stalledMs)}`,
    ];
  }
  return [
    `${plural(count, 'connection waits', 'connections wait')} in the accept queue, which did not move for ${formatDuration(stalledMs)}; the kernel made the handshakes, the server never took them`,
    ...(inHand > 0
      ? [
          `${plural(inHand, 'connection')} that it had taken ${inHand === 1 ? 'is' : 'are'} still open although the client has gone: it may be what it was at when it stopped`,
        ]
      : []),
  ];
}

const AFTER_LIMIT = {
  cause: 'accept() failed with EMFILE, and the server took that for the end of accepting',
  advice:
    'look at: what the accept loop does on EMFILE; it must go on, and watch the listening socket again when something was closed',
};
