import type { Explanation } from './explanation.js';

export const shutdown: Explanation = {
  summary: 'the server did not stop properly while clients churned',
  what: [
    'With --shutdown churn sends SIGTERM while clients go on connecting. Whoever runs a server in a container, or deploys it again, does just that. It has to be gone within the grace time (--grace), with all of its processes, and nobody may listen on its port any more.',
    'A server that waits until nobody is connected never stops where there is always somebody.',
  ],
  cause: 'it waits for something that does not happen while clients come, or nobody told its children',
  advice:
    'look at: the handler of SIGTERM; close the listening socket first, give the clients that are there a time, then leave',
  byHand: [
    { run: 'cat /proc/PID/status', shows: 'SigIgn and SigCgt: bit 14 (0x4000) is SIGTERM' },
    { run: 'cat /proc/PID/task/*/wchan', shows: 'what it sleeps in after kill PID' },
    { run: "ss -tlnp '( sport = :PORT )'", shows: 'who still listens' },
  ],
  causes: [
    'SIGTERM is ignored or blocked, or the server is pid 1 of a container and has no handler.',
    'It waits for idle clients without a time.',
    'The first process is a shell or a wrapper that does not pass the signal on.',
    'The handler locks a mutex that the interrupted code holds.',
  ],
  sketches: [
    {
      language: 'C',
      wrong: 'while clients come, there is always one more to serve',
      before: `
while (clients > 0) serve_next();  /* still accepts */
exit(0);`,
      after: `
close(listener);
alarm(5);                          /* those that are there get five seconds */
while (clients > 0) serve_next();
exit(0);`,
    },
    {
      language: 'shell',
      wrong: 'the shell gets the signal, the server does not',
      before: `
./server --port 9000`,
      after: `
exec ./server --port 9000`,
    },
  ],
  next: [{ run: 'churn explain hang', shows: 'when it stands still without being asked to stop' }],
};
