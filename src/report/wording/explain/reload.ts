import type { Explanation } from './explanation.js';

export const reload: Explanation = {
  summary: 'clients in the middle of a request were cut off when the server was made to reload',
  what: [
    'With --reload churn signals the server again and again while clients churn. Some of its clients have sent the first byte of a request just then, and wait. A reload that is clean lets old workers finish what they have begun; here such connections were ended.',
    'Whether the server ends such connections anyway is tried once more without a signal; where it does, nothing is said.',
  ],
  cause: 'the worker that had them ended before they were over',
  advice:
    'look at: what a worker does when it is told to go; it should stop accepting, finish its connections, and leave then',
  byHand: [
    {
      run: "ss -tn state established '( sport = :PORT )'",
      shows: 'what is open; look before and after kill -HUP PID',
    },
    { run: 'ls /proc/PID/task/PID/children', shows: 'that there are workers; cat it: their pids change' },
  ],
  causes: [
    'The master sends SIGKILL or SIGTERM to old workers instead of asking them to finish.',
    'The handler of the signal calls exit().',
    'Workers close the listening socket and all others with it.',
  ],
  sketches: [
    {
      language: 'C',
      wrong: 'the worker leaves with a client in its hands',
      before: `
static void on_hup(int signal) { _exit(0); }`,
      after: `
static volatile sig_atomic_t leaving;
static void on_hup(int signal) { leaving = 1; }
/* in the loop: do not accept any more, and leave when the last client has gone */
if (leaving && clients == 0) exit(0);`,
    },
  ],
  next: [{ run: 'churn explain restart', shows: 'workers that are replaced although nobody asked for it' }],
};
