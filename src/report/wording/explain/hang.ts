import { CONNECT_AND_CLOSE, type Explanation } from './explanation.js';

export const hang: Explanation = {
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
    {
      run: CONNECT_AND_CLOSE,
      shows: 'a hundred clients that connect and close, in bash; it may be that this stops too',
    },
    {
      run: "ss -tln '( sport = :PORT )'",
      shows: 'Recv-Q is the number that waits in the accept queue, Send-Q its size (the backlog); look twice',
    },
    {
      run: 'cat /proc/PID/task/*/wchan',
      shows: 'what its threads sleep in: accept is inet_csk_accept, an event loop ep_poll',
    },
    {
      run: 'cat /proc/PID/task/*/syscall',
      shows: 'the number of the call and its arguments; the first one often is the fd it waits for',
    },
    { run: 'ls -l /proc/PID/fd', shows: 'which client that fd belongs to, and whether the limit is reached' },
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
    { run: 'churn inspect --port PORT', shows: 'makes no connection: who listens, and what it holds' },
    { run: 'churn explain fd', shows: 'when it stopped at its limit of descriptors' },
  ],
};
