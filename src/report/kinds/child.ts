import { formatCount } from '../../units.js';
import { growthWords } from './growth.js';
import { CONNECT_AND_CLOSE, leaks } from './words.js';

/** Processes that were forked for a connection and live on after it. */
export const child = growthWords<'child'>('child processes', {
  fault: ({ count }) => `leaked child processes: ${count}`,
  does: leaks('child process'),
  next: () => 'inspect',
  explanation: {
    summary: 'processes that were forked for a connection and live on after it',
    what: [
      'A server that forks for each connection has children all the time; that is its way. Here the client has gone and the child has not: it waits for something that will not come, or it has fallen into code that was meant for its parent.',
      'Each such child keeps its memory, its descriptors and a pid. At the limit of processes fork() answers EAGAIN.',
    ],
    cause: 'a process was forked for a connection and has not exited',
    advice:
      'look at: the path on which the child returns from its handler; it must end in exit(), not in the accept loop',
    adviceFor: {
      go: 'look at: exec.Command for a connection without exec.CommandContext: cancel its context when the client is gone',
      node: "look at: child_process.spawn() or fork() for a connection; call child.kill() when the socket emits 'close'",
      python:
        'look at: the child after os.fork(), which must end in os._exit(), and Popen or Process objects that are not terminated with the connection',
      java: 'look at: ProcessBuilder.start() for a connection; destroy() belongs into the finally that closes the socket',
    },
    byHand: [
      ['cat /proc/PID/task/*/children | wc -w', 'how many children there are; note the number'],
      [CONNECT_AND_CLOSE, 'a hundred clients that connect and close, in bash'],
      ['cat /proc/PID/task/*/children | wc -w', 'the number again'],
      [
        'for p in $(cat /proc/PID/task/*/children); do cat /proc/$p/wchan; echo; done | sort | uniq -c',
        'what they wait in: inet_csk_accept is the accept loop of the parent, pipe_read or unix_stream_data_wait another process',
      ],
      [
        "ss -tanp '( sport = :PORT )'",
        'which process holds which connection; a child may hold those of its siblings too',
      ],
    ],
    causes: [
      'The child returns from its handler into the accept loop of the parent, and waits there for a client of its own.',
      'The child reads from a pipe whose writing end it has inherited itself, so that the end of file never comes.',
      'The child does not take read() returning 0 for the end, and goes round in its loop.',
      'A helper is started for each connection, and nobody tells it that the connection is over.',
    ],
    sketches: [
      {
        language: 'C',
        wrong: 'the child comes back from serve() and goes on as a second parent',
        before: `
for (;;) {
    int fd = accept(listener, NULL, NULL);
    if (fork() == 0) serve(fd);
    close(fd);
}`,
        after: `
for (;;) {
    int fd = accept(listener, NULL, NULL);
    if (fork() == 0) { close(listener); serve(fd); _exit(0); }
    close(fd);
}`,
      },
      {
        language: 'C',
        wrong: 'the child holds the writing end of the pipe that it reads',
        before: `
if (fork() == 0) { while (read(p[0], buf, sizeof buf) > 0) {} _exit(0); }`,
        after: `
if (fork() == 0) { close(p[1]); while (read(p[0], buf, sizeof buf) > 0) {} _exit(0); }
close(p[0]);`,
      },
      {
        language: 'Node',
        wrong: 'the helper does not know that the client has gone',
        before: `
const helper = spawn('worker');
socket.pipe(helper.stdin);`,
        after: `
const helper = spawn('worker');
socket.pipe(helper.stdin);
socket.on('close', () => helper.kill());   // after a reset too, unlike 'end'`,
      },
    ],
    next: [
      ['churn inspect --port PORT', 'the tree of processes, and what each of them holds'],
      ['churn --port PORT --client rst', 'do they also stay when the client resets?'],
    ],
  },
});

/** Processes that have exited, and that their parent has not waited for. */
export const zombie = growthWords<'zombie'>('zombie processes', {
  fault: ({ count }) => `leaked zombies: ${count}`,
  does: leaks('zombie'),
  cell: ({ count }) => `zombies: ${formatCount(count)}`,
  explanation: {
    summary: 'children that have exited and that their parent has not waited for',
    what: [
      'When a child exits, the kernel keeps its pid and exit status until the parent asks for it with wait() or waitpid(). Until then it is a zombie: no memory, no descriptors, but a pid.',
      'Pids are limited, by user and by container. When they are used up, fork() answers EAGAIN, and not for this server alone.',
    ],
    cause:
      'children exit and nobody waits for them; SIGCHLD does not queue, so one signal may stand for several children',
    advice: 'look at: the SIGCHLD handler; it must loop: while (waitpid(-1, NULL, WNOHANG) > 0)',
    adviceFor: {
      go: 'look at: cmd.Start() without cmd.Wait(): also in a goroutine, also when the client has gone',
      fork: 'look at: the SIGCHLD handler of the parent; signals coalesce, so it must loop: while (waitpid(-1, NULL, WNOHANG) > 0)',
      python:
        'look at: os.fork() without os.waitpid(), Popen without wait(), multiprocessing.Process without join()',
      java: 'look at: Process without waitFor(), and whether this server is pid 1 of its container, which has to reap orphans',
      node: 'look at: whether this server is pid 1 of its container, which has to reap orphans: Node reaps only what it spawned; docker run --init does the rest',
    },
    byHand: [
      [CONNECT_AND_CLOSE, 'a hundred clients that connect and close, in bash'],
      [
        'for p in $(cat /proc/PID/task/*/children); do cat /proc/$p/status | grep State; done',
        'the state of every child; Z (zombie) is one that nobody has waited for',
      ],
      [
        "cat /proc/PID/status | grep -E 'Sig(Ign|Cgt|Blk)'",
        'whether SIGCHLD (bit 17, mask 10000) is ignored, caught or blocked',
      ],
    ],
    causes: [
      'There is no handler for SIGCHLD and no waitpid() at all.',
      'The handler calls waitpid() once. Two children that exit together raise one signal, and one of them is left.',
      'SIGCHLD is blocked, or waitpid() waits for one certain pid.',
      'The server is pid 1 of a container and inherits orphans that it did not start.',
    ],
    sketches: [
      {
        language: 'C',
        wrong: 'one signal, one wait, but maybe three children',
        before: `
static void on_child(int sig) { wait(NULL); }`,
        after: `
static void on_child(int sig) {
    int saved = errno;
    while (waitpid(-1, NULL, WNOHANG) > 0) {}
    errno = saved;
}
struct sigaction sa = { .sa_handler = on_child, .sa_flags = SA_RESTART };
sigaction(SIGCHLD, &sa, NULL);     /* or, if the status does not matter: SIG_IGN */`,
      },
      {
        language: 'Python',
        wrong: 'the child is started and never asked for',
        before: `
if os.fork() == 0:
    serve(conn)
    os._exit(0)
conn.close()`,
        after: `
signal.signal(signal.SIGCHLD, signal.SIG_IGN)   # once: the kernel reaps them
# or let socketserver.ForkingMixIn do all of it`,
      },
    ],
    next: [
      ['churn --port PORT --concurrency 16', 'children that exit at the same time: does the handler loop?'],
    ],
  },
});
