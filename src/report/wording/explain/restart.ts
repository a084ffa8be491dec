import { CONNECT_AND_CLOSE, type Explanation } from './explanation.js';

export const restart: Explanation = {
  summary: 'a worker process ended and another one took its place',
  what: [
    'A master process starts workers, and replaces one that ends. From outside a worker that crashed and one that retired look the same: its pid is gone and a new one is there.',
    'So it is told as a warning, as long as no client was cut off. Some servers retire their workers after a number of requests, by design. A worker that dies with clients in its hands is a fault.',
    'A client that closes at once does not notice such a death. So after a worker was replaced, some further connections send a byte and wait for an answer; one that ends together with a worker was cut off.',
  ],
  cause:
    'no cycle was cut off; some servers retire their workers by design. The cause is not observable from outside',
  advice: 'look at: the log of the master process',
  adviceFor: {
    node: "look at: cluster.on('exit', (worker, code, signal) => …) in the primary: it is told why",
    python:
      'look at: the log of the master; max_requests (gunicorn) and harakiri or max-requests (uwsgi) retire workers, a timeout kills them',
  },
  byHand: [
    { run: 'cat /proc/PID/task/*/children', shows: 'the pids of the workers; PID is the master' },
    { run: CONNECT_AND_CLOSE, shows: 'a hundred clients that connect and close, in bash; do it ten times' },
    {
      run: 'cat /proc/PID/task/*/children',
      shows: 'the pids again: a new number is a worker that was replaced',
    },
    { run: 'dmesg | tail', shows: 'a segfault of a worker, or the out-of-memory killer' },
  ],
  causes: [
    'A crash in the worker that the master covers up. It comes back on the next such client.',
    'A limit by design: requests per worker, lifetime, memory.',
    'A watchdog of the master kills a worker that does not answer in time.',
    'Somebody reloaded the configuration during the run.',
  ],
  sketches: [
    {
      language: 'C',
      wrong: 'the master replaces a worker and throws away why it died',
      before: `
pid = waitpid(-1, NULL, 0);
start_worker();`,
      after: `
pid = waitpid(-1, &status, 0);
if (WIFSIGNALED(status))
    fprintf(stderr, "worker %d: signal %d\\n", pid, WTERMSIG(status));
else if (WEXITSTATUS(status) != 0)
    fprintf(stderr, "worker %d: status %d\\n", pid, WEXITSTATUS(status));
start_worker();`,
    },
    {
      language: 'Node',
      wrong: 'the primary replaces a worker and does not say why it died',
      before: `
cluster.on('exit', () => cluster.fork());`,
      after: `
cluster.on('exit', (worker, code, signal) => {
  console.error('worker', worker.id, 'ended with', signal ?? code);
  cluster.fork();
});`,
    },
  ],
  next: [
    {
      run: 'churn --port PORT --cycles 10000',
      shows: 'after how many connections it comes again: always the same number is a design',
    },
    { run: 'churn explain crash', shows: 'the usual causes of a death' },
  ],
};
