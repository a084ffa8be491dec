import { CONNECT_AND_CLOSE, type Explanation } from './explanation.js';

export const refused: Explanation = {
  summary: 'connections that failed although the server is there',
  what: [
    'The process lives, and some clients were not served all the same: they were refused, reset before they had done anything, or they got no answer in time.',
    'A server that is at its limit of descriptors and one that closes its listening socket for a moment both look like this.',
  ],
  cause: 'clients were refused, reset or left without an answer, although the server lives',
  advice: 'look at: the accept loop, the backlog of listen(), and what the server does when accept() fails',
  adviceFor: {
    node: "look at: server.close() or server.maxConnections, and an 'error' listener of the server that closes it",
    java: 'look at: new ServerSocket(port, backlog), whose backlog is 50 by default, and the catch around accept()',
    python:
      'look at: listen(backlog) (socketserver.TCPServer has request_queue_size = 5), and the except around accept()',
  },
  byHand: [
    {
      run: "ss -tln '( sport = :PORT )'",
      shows: 'whether it listens, how many wait (Recv-Q) and how many may (Send-Q)',
    },
    { run: CONNECT_AND_CLOSE, shows: 'bash says "Connection refused" for each that was' },
    {
      run: 'nstat -az TcpExtListenOverflows TcpExtListenDrops',
      shows: 'handshakes that the kernel dropped because a queue was full, on the whole machine',
    },
    { run: 'ls /proc/PID/fd | wc -l', shows: 'how many descriptors it has' },
    { run: "cat /proc/PID/limits | grep 'open files'", shows: 'and how many it may have' },
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
    {
      run: 'churn --port PORT --pause 10ms',
      shows: 'when that passes, the server is too slow for its backlog',
    },
    { run: 'churn inspect --port PORT', shows: 'whether it still listens, and what it holds' },
  ],
};
