import { CONNECT_AND_CLOSE, type Explanation } from './explanation.js';

export const crash: Explanation = {
  summary: 'a process of the server is gone',
  what: [
    'A process that served connections before the cycles is not there after them. It was killed by a signal, or it exited; which of the two only its parent is told by the kernel.',
    'A worker or another child that is gone for good is a fault where it crashed or took connections with it, and undecided otherwise, unless programs like this one end such processes by design. The kernel logs a segfault, a trap, and whom it killed for lack of memory; its log is read where that is allowed.',
    'A worker that is replaced is another kind, `restart`, and weighs less.',
  ],
  cause: 'the process is gone; with which signal or status only its parent could see',
  advice:
    'look at: its last output, `dmesg` for a segfault, `coredumpctl` for a core; then run it under a debugger with the same cycles',
  adviceFor: {
    node: "look at: its last output; a socket without an 'error' listener ends the whole program when a client resets",
    python:
      'look at: its last output; a ConnectionResetError or BrokenPipeError that nobody catches ends the accept loop',
    java: 'look at: its last output, and hs_err_pidPID.log in its working directory when the machine itself failed',
  },
  byHand: [
    {
      run: './server PORT; echo "status $?"',
      shows:
        'start it in a shell that tells how it ends: 128 + signal, so 139 is SIGSEGV, 141 SIGPIPE, 134 SIGABRT',
    },
    { run: CONNECT_AND_CLOSE, shows: 'a hundred clients that connect and close, in another shell' },
    { run: 'ls -d /proc/PID', shows: 'whether it is still there' },
    { run: "ss -tln '( sport = :PORT )'", shows: 'whether anybody still listens' },
    { run: 'dmesg | tail', shows: 'a segfault with its address, or the out-of-memory killer' },
  ],
  causes: [
    'SIGPIPE: it wrote to a client that had gone, and nobody ignored the signal. It kills without a word.',
    'accept() or read() answered -1, which was taken for a number of bytes or for a descriptor.',
    'A connection that was freed twice, or used after it was freed: once by the error path, once by the usual one.',
    'A descriptor above 1023 in FD_SET(): it writes behind the set.',
    'An exception that nobody catches, in a thread or callback of one connection, and that ends all of them.',
    'assert(), abort(), or exit() where only the connection should end.',
  ],
  sketches: [
    {
      language: 'C',
      wrong: 'the second write to a client that has gone raises SIGPIPE',
      before: `
write(fd, reply, length);`,
      after: `
signal(SIGPIPE, SIG_IGN);          /* once, in main() */
if (send(fd, reply, length, MSG_NOSIGNAL) < 0) { close(fd); return; }`,
    },
    {
      language: 'Node',
      wrong: "an 'error' event without a listener is thrown, and ends the program",
      before: `
net.createServer(socket => socket.on('data', answer));`,
      after: `
net.createServer(socket => {
  socket.on('data', answer);
  socket.on('error', error => log(error.code));   // ECONNRESET is nothing special
});`,
    },
    {
      language: 'Python',
      wrong: 'the trouble of one client ends the loop for all',
      before: `
while True:
    conn, peer = server.accept()
    serve(conn)`,
      after: `
while True:
    conn, peer = server.accept()
    with conn:
        try:
            serve(conn)
        except OSError as error:
            log.info("%s: %s", peer, error)`,
    },
    {
      language: 'Java',
      wrong: 'an IOException of one client leaves main()',
      before: `
while (true) serve(server.accept());`,
      after: `
while (true) {
    try (Socket socket = server.accept()) { serve(socket); }
    catch (IOException e) { log.info(e.toString()); }
}`,
    },
  ],
  next: [
    {
      run: 'churn --port PORT --warmup 0 --cycles N',
      shows: 'start it again under gdb, and come back to connection N, which the report names',
    },
    { run: 'churn --port PORT --client rst', shows: 'clients that reset find most of these' },
  ],
};
