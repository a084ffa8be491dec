import { CONNECT_AND_CLOSE, type Explanation } from './explanation.js';

export const fd: Explanation = {
  summary: 'descriptors that stay open after the connection they belong to',
  what: [
    'accept() gives the server a file descriptor for each connection, and only close() gives it back. When the client closes first, the kernel tells the server by read() returning 0 and puts the socket in CLOSE_WAIT: it waits for a close() that never comes. When the client resets the connection, the socket leaves every table of the kernel, and the descriptor stays all the same.',
    'Each process has a limit of descriptors (often 1024). When it is reached, accept() answers EMFILE, and new clients wait in a queue that nobody empties.',
    'TIME_WAIT is something else: it belongs to no process, ends by itself, and costs the server nothing.',
  ],
  cause: 'the client closed, the server never called close()',
  advice: 'look at: the path where read()/recv() returns 0',
  byHand: [
    { run: 'ls /proc/PID/fd | wc -l', shows: 'how many descriptors the server has; note the number' },
    { run: CONNECT_AND_CLOSE, shows: 'a hundred clients that connect and close, in bash' },
    {
      run: 'ls /proc/PID/fd | wc -l',
      shows: 'the number again: a server that closes is back at the first one, a second later at most',
    },
    { run: 'ls -l /proc/PID/fd', shows: 'what they are: socket:[inode], a path, a pipe, an eventfd' },
    {
      run: "ss -tanp state close-wait '( sport = :PORT )'",
      shows: 'the connections that the client has closed and the server has not',
    },
    { run: "cat /proc/PID/limits | grep 'open files'", shows: 'the limit at which accept() will fail' },
  ],
  causes: [
    'The loop ends on read() returning 0, or on -1, by break, return or continue, and that path does not pass close().',
    'The descriptor is taken out of epoll, of the poll array or of a map, but not closed: forgetting it is not closing it.',
    'shutdown() was called and taken for close(): it ends the connection, but the descriptor stays.',
    'The parent of a fork()ing server keeps its copy; the connection stays open as long as one copy is open.',
    'A garbage-collected object holds it: it is closed at some later collection, or never, when a list still refers to it.',
    'A file, pipe or timer that is opened with each connection outlives it.',
  ],
  sketches: [
    {
      language: 'C',
      wrong: 'the end of the connection is noticed, and the descriptor forgotten',
      before: `
n = read(fd, buf, sizeof buf);
if (n == 0) continue;              /* nothing to read, so on to the next one */`,
      after: `
n = read(fd, buf, sizeof buf);
if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
    close(fd);                     /* leaves epoll by itself, if no dup() is left */
    continue;
}`,
    },
    {
      language: 'C',
      wrong: 'after fork() there are two descriptors, and the parent keeps its own',
      before: `
if (fork() == 0) { serve(fd); exit(0); }`,
      after: `
if (fork() == 0) { close(listener); serve(fd); exit(0); }
close(fd);                         /* the parent's copy */`,
    },
    {
      language: 'Node',
      wrong: 'with allowHalfOpen the server has to end its side by hand',
      before: `
net.createServer({ allowHalfOpen: true }, socket => {
  socket.on('data', answer);
});`,
      after: `
net.createServer(socket => {       // ends its side when the client does
  socket.on('data', answer);       // somebody has to read, or 'end' does not come
  socket.on('error', () => {});    // a reset must not end the program
});`,
    },
    {
      language: 'Python',
      wrong: 'an exception leaves the function before close()',
      before: `
conn, peer = server.accept()
clients.append(conn)
serve(conn)
conn.close()`,
      after: `
conn, peer = server.accept()
with conn:                         # closes it on every way out
    serve(conn)`,
    },
    {
      language: 'Java',
      wrong: 'an IOException jumps over close()',
      before: `
Socket socket = server.accept();
serve(socket);
socket.close();`,
      after: `
try (Socket socket = server.accept()) {
    serve(socket);
}`,
    },
  ],
  next: [
    { run: 'churn --port PORT --client rst', shows: 'does it also keep those that were reset?' },
    { run: 'churn --port PORT --client byte', shows: 'and those that had sent something?' },
    { run: 'churn inspect --port PORT', shows: 'what it holds right now, by kind and state' },
  ],
};
