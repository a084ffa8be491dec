import { CONNECT_AND_CLOSE, type Explanation } from './explanation.js';

export const spin: Explanation = {
  summary: 'the server keeps a CPU busy at rest, or at its limit of descriptors',
  what: [
    'At rest: after the cycles, when all clients have gone, a thread of the server runs on for as long as --settle, although all of them slept before. Most often an entry whose descriptor was closed is still polled: poll() returns at once with POLLNVAL, for ever. That is a fault: the CPU is lost for good after the first client.',
    'At its limit: with --nofile churn opens silent connections until the server has no descriptor left. accept() then fails with EMFILE, and the connection stays in the queue. So poll() reports the listening socket again at once, accept() fails again, and so on, as fast as a CPU can.',
    'It ends when a client leaves. Until then it takes the CPU from those that the server has accepted, so it is a warning and not a failure.',
  ],
  cause: 'accept() fails with EMFILE, and the loop tries again at once',
  advice:
    'look at: what the accept loop does on EMFILE; wait for a moment, or stop watching the listening socket until something was closed',
  byHand: [
    { run: CONNECT_AND_CLOSE, shows: 'a hundred clients that connect and close, in bash' },
    { run: 'cat /proc/PID/stat', shows: 'fields 14 and 15 are its CPU time in ticks of 10 ms: look twice' },
    { run: "ss -tln '( sport = :PORT )'", shows: 'Recv-Q is what waits to be accepted' },
    { run: 'ls -l /proc/PID/fd', shows: 'who has the descriptors' },
  ],
  causes: [
    'A closed descriptor that stays in the vector of pollfd: poll() answers POLLNVAL at once, and the loop looks for POLLIN only.',
    'A level-triggered loop that takes EMFILE for EAGAIN and goes back to poll().',
    'A thread that calls accept() in a loop and ignores what it returns.',
  ],
  sketches: [
    {
      language: 'C',
      wrong: 'poll() returns at once while somebody waits in the queue',
      before: `
int fd = accept(listener, NULL, NULL);
if (fd < 0) continue;`,
      after: `
int fd = accept(listener, NULL, NULL);
if (fd < 0 && (errno == EMFILE || errno == ENFILE)) usleep(10000);
if (fd < 0) continue;`,
    },
  ],
  next: [{ run: 'churn explain hang', shows: 'when it does not serve again afterwards' }],
};
