import { formatCount, formatDuration, plural } from '../../units.js';
import type { RefusedFinding, ReplyFinding } from '../../verdict/finding.js';
import { escapeText } from '../escape.js';
import { CONNECT_AND_CLOSE, type ServerWords, type Terms } from './words.js';

/** Connections that failed although the server is there. */
export const refused: ServerWords<RefusedFinding> = {
  title: ({ count, of }) => `${formatCount(count)} of ${plural(of, 'connection')} failed`,
  cause: ({ failures, listenerGone, reopened = false }) =>
    listenerGone
      ? 'the server lives, but it does not listen any more'
      : reopened
        ? 'the server closed its listening socket and opened it again: who came in between was refused'
        : `${Object.entries(failures)
            .map(([kind, count]) => `${formatCount(count)} ${kind}`)
            .join(', ')}, although the server lives`,
  evidence: (finding, terms) => [firstLine(finding, terms)],
  fault: ({ count }) => `failed connections: ${count}`,
  does: () => ['fails to serve'],
  cell: ({ count }) => `failed: ${formatCount(count)}`,
  next: ({ listenerGone }) => (listenerGone ? undefined : { again: ['--pause', '10ms'] }),
  isGrowth: false,
  explanation: {
    summary: 'connections that failed although the server is there',
    what: [
      'The process lives, and some clients were not served all the same: they were refused, reset before they had done anything, or they got no answer in time.',
      'A server that is at its limit of descriptors and one that closes its listening socket for a moment both look like this.',
    ],
    cause: 'clients were refused, reset or left without an answer, although the server lives',
    advice: 'look at: the accept loop, the backlog of listen(), and what the server does when accept() fails',
    adviceFor: {
      go: 'look at: a Listener that is closed after an error of Accept, netutil.LimitListener, and Read or Write errors for which the connection is closed',
      node: "look at: server.close() or server.maxConnections, and an 'error' listener of the server that closes it",
      java: 'look at: new ServerSocket(port, backlog), whose backlog is 50 by default, and the catch around accept()',
      python:
        'look at: listen(backlog) (socketserver.TCPServer has request_queue_size = 5), and the except around accept()',
    },
    byHand: [
      ["ss -tln '( sport = :PORT )'", 'whether it listens, how many wait (Recv-Q) and how many may (Send-Q)'],
      [CONNECT_AND_CLOSE, 'bash says "Connection refused" for each that was'],
      [
        'nstat -az TcpExtListenOverflows TcpExtListenDrops',
        'handshakes that the kernel dropped because a queue was full, on the whole machine',
      ],
      ['ls /proc/PID/fd | wc -l', 'how many descriptors it has'],
      ["cat /proc/PID/limits | grep 'open files'", 'and how many it may have'],
    ],
    causes: [
      'The listening socket was closed: after an error of accept(), or to be opened again for each client.',
      'A backlog of 1 or 5, and a server that does not come back to accept() soon enough.',
      'close() with unread data in the socket: the kernel sends a reset instead of the end, and a reply that was under way is lost.',
      'SO_LINGER with a time of 0: each close() is a reset.',
      'A cap on connections, or on those from one address.',
    ],
    sketches: [
      {
        language: 'C',
        wrong: 'the server listens for one client only, and the next is refused meanwhile',
        before: `
for (;;) {
    int s = listen_on(port, 1);
    int fd = accept(s, NULL, NULL);
    close(s);
    serve(fd);
}`,
        after: `
int s = listen_on(port, SOMAXCONN);
for (;;) {
    int fd = accept(s, NULL, NULL);
    if (fd >= 0) { serve(fd); close(fd); }
}`,
      },
      {
        language: 'C',
        wrong: 'what the client sent was not read, so that close() resets the connection',
        before: `
write(fd, reply, length);
close(fd);`,
        after: `
write(fd, reply, length);
shutdown(fd, SHUT_WR);
while (read(fd, buf, sizeof buf) > 0) {}   /* with a timeout */
close(fd);`,
      },
      {
        language: 'Java',
        wrong: 'a backlog of 50 for a burst of 200 clients',
        before: `
new ServerSocket(port);`,
        after: `
new ServerSocket(port, 1024);`,
      },
    ],
    next: [
      ['churn --port PORT --pause 10ms', 'when that passes, the server is too slow for its backlog'],
      ['churn inspect --port PORT', 'whether it still listens, and what it holds'],
    ],
  },
};

/** Requests that were not answered, or not as was expected. */
export const reply: ServerWords<ReplyFinding> = {
  title: ({ count, of }) => `${formatCount(count)} of ${plural(of, 'request')} got no proper answer`,
  evidence: replyEvidence,
  fault: ({ count }) => `missing answers: ${count}`,
  does: () => ['does not answer as it should'],
  cell: ({ count }) => `unanswered: ${formatCount(count)}`,
  isGrowth: false,
  explanation: {
    summary: 'requests that were not answered, or not as was expected',
    what: [
      'The server accepted the connection and got a request. Then it closed without an answer, said nothing until the deadline of the cycle (--timeout), or said something else than what --expect or --protocol asks for.',
      'connect() proves nothing, because the kernel makes the handshake; an answer proves that the server serves.',
    ],
    cause: 'the server takes the connection and the request, but it does not answer as it should',
    advice:
      'look at: what the server does with this very request: does it read the whole of it, and flush what it writes?',
    byHand: [
      [
        "for i in 1; do exec 3<>/dev/tcp/127.0.0.1/PORT; printf 'GET / HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n' >&3; timeout 5 head -c 300 <&3; done",
        'what it answers, in bash; put your own request in place of this one',
      ],
      ["ss -tn '( sport = :PORT )'", 'Recv-Q above 0 is a request that nobody has read'],
      ['cat /proc/PID/task/*/wchan', 'what its threads sleep in while they should answer'],
    ],
    causes: [
      'The request is not complete in the eyes of the server: a missing \\r\\n, a length that is not that of the data.',
      'The answer stays in a buffer that is not flushed.',
      'One read() is taken for one request, and a request that comes in two pieces is never put together.',
      'An error in the handler closes the connection without a word.',
      'A pool of workers or of connections to a database is used up, and the request waits for ever.',
    ],
    sketches: [
      {
        language: 'C',
        wrong: 'one read() is taken for one request',
        before: `
n = read(fd, buf, sizeof buf);
handle(buf, n);`,
        after: `
while ((n = read(fd, buf + have, sizeof buf - have)) > 0) {
    have += n;
    if (is_complete(buf, have)) { handle(buf, have); have = 0; }
}`,
      },
      {
        language: 'Python',
        wrong: 'the answer stays in the buffer of the file object',
        before: `
out = conn.makefile("wb")
out.write(answer)`,
        after: `
out = conn.makefile("wb")
out.write(answer)
out.flush()`,
      },
    ],
    next: [
      ['churn --port PORT --client reply --protocol http', 'the ready requests: http, redis, smtp, echo'],
      [
        "churn --port PORT --client reply --send 'PING\\r\\n' --expect PONG",
        'a request of your own, and what has to be in the answer',
      ],
    ],
  },
};

function replyEvidence(finding: ReplyFinding, terms: Terms): string[] {
  const { unanswered, unexpected, closedFirst, unfinished = false, heard, timeoutMs } = finding;
  const how = unfinished
    ? `the answer began and was not over within ${formatDuration(timeoutMs)}`
    : closedFirst
      ? 'the server closed instead'
      : `nothing came within ${formatDuration(timeoutMs)}`;
  return [
    ...(unanswered > 0 ? [`${plural(unanswered, 'request')} without an answer: ${how}`] : []),
    ...(unexpected > 0
      ? [
          `${plural(unexpected, 'answer')} not as expected, the first: ${escapeText(JSON.stringify(heard ?? ''))}`,
        ]
      : []),
    firstLine(finding, terms),
  ];
}

function firstLine({ firstCycle, phase }: RefusedFinding | ReplyFinding, { unit }: Terms): string {
  return `the first was ${unit} ${firstCycle}${phase === 'cycles' ? '' : ` of the ${phase}`}`;
}
