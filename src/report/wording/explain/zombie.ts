import { CONNECT_AND_CLOSE, type Explanation } from './explanation.js';

export const zombie: Explanation = {
  summary: 'children that have exited and that their parent has not waited for',
  what: [
    'When a child exits, the kernel keeps its pid and exit status until the parent asks for it with wait() or waitpid(). Until then it is a zombie: no memory, no descriptors, but a pid.',
    'Pids are limited, by user and by container. When they are used up, fork() answers EAGAIN, and not for this server alone.',
  ],
  cause:
    'children exit and nobody waits for them; SIGCHLD does not queue, so one signal may stand for several children',
  advice: 'look at: the SIGCHLD handler; it must loop: while (waitpid(-1, NULL, WNOHANG) > 0)',
  adviceFor: {
    fork: 'look at: the SIGCHLD handler of the parent; signals coalesce, so it must loop: while (waitpid(-1, NULL, WNOHANG) > 0)',
    python:
      'look at: os.fork() without os.waitpid(), Popen without wait(), multiprocessing.Process without join()',
    java: 'look at: Process without waitFor(), and whether this server is pid 1 of its container, which has to reap orphans',
    node: 'look at: whether this server is pid 1 of its container, which has to reap orphans: Node reaps only what it spawned; docker run --init does the rest',
  },
  byHand: [
    { run: CONNECT_AND_CLOSE, shows: 'a hundred clients that connect and close, in bash' },
    {
      run: 'for p in $(cat /proc/PID/task/*/children); do cat /proc/$p/status | grep State; done',
      shows: 'the state of every child; Z (zombie) is one that nobody has waited for',
    },
    {
      run: "cat /proc/PID/status | grep -E 'Sig(Ign|Cgt|Blk)'",
      shows: 'whether SIGCHLD (bit 17, mask 10000) is ignored, caught or blocked',
    },
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
    {
      run: 'churn --port PORT --concurrency 16',
      shows: 'children that exit at the same time: does the handler loop?',
    },
  ],
};
