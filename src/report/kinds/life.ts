import { formatCount, formatDuration, plural } from '../../units.js';
import type { ReloadFinding, SanitizerFinding, ShutdownFinding } from '../../verdict/finding.js';
import { escapeText } from '../escape.js';
import { CONNECT_AND_CLOSE, type ServerWords } from './words.js';

/** Clients that a reload has cut off. */
export const reload: ServerWords<ReloadFinding> = {
  title: ({ count, watched, reloads, signal }) =>
    `${formatCount(count)} of ${plural(watched, 'connection')} cut off by ${plural(reloads, signal)}`,
  evidence: () => ['each had sent the first byte of a request; without a reload they stayed open'],
  fault: ({ count }) => `cut off by a reload: ${count}`,
  does: () => ['cuts clients off when it reloads'],
  isGrowth: false,
  explanation: {
    summary: 'clients in the middle of a request were cut off when the server was made to reload',
    what: [
      'With --reload churn signals the server again and again while clients churn. Some of its clients have sent the first byte of a request just then, and wait. A reload that is clean lets old workers finish what they have begun; here such connections were ended.',
      'Whether the server ends such connections anyway is tried once more without a signal; where it does, nothing is said.',
    ],
    cause: 'the worker that had them ended before they were over',
    advice:
      'look at: what a worker does when it is told to go; it should stop accepting, finish its connections, and leave then',
    byHand: [
      ["ss -tn state established '( sport = :PORT )'", 'what is open; look before and after kill -HUP PID'],
      ['ls /proc/PID/task/PID/children', 'that there are workers; cat it: their pids change'],
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
    next: [['churn explain restart', 'workers that are replaced although nobody asked for it']],
  },
};

/** A server that was asked to stop while clients churned. */
export const shutdown: ServerWords<ShutdownFinding> = {
  title: shutdownTitle,
  cause: ({ killed, leftBehind }) =>
    !killed && leftBehind.length > 0
      ? 'the process that was asked to stop has not told its children'
      : undefined,
  evidence: shutdownEvidence,
  fault: () => 'the server does not stop properly',
  does: () => ['does not stop properly'],
  isGrowth: false,
  explanation: {
    summary: 'the server did not stop properly while clients churned',
    what: [
      'With --shutdown churn sends SIGTERM while clients go on connecting. Whoever runs a server in a container, or deploys it again, does just that. It has to be gone within the grace time (--grace), with all of its processes, and nobody may listen on its port any more.',
      'A server that waits until nobody is connected never stops where there is always somebody.',
    ],
    cause: 'it waits for something that does not happen while clients come, or nobody told its children',
    advice:
      'look at: the handler of SIGTERM; close the listening socket first, give the clients that are there a time, then leave',
    byHand: [
      ['cat /proc/PID/status', 'SigIgn and SigCgt: bit 14 (0x4000) is SIGTERM'],
      ['cat /proc/PID/task/*/wchan', 'what it sleeps in after kill PID'],
      ["ss -tlnp '( sport = :PORT )'", 'who still listens'],
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
    next: [['churn explain hang', 'when it stands still without being asked to stop']],
  },
};

/** Errors that the server's own checker has reported. */
export const sanitizer: ServerWords<SanitizerFinding> = {
  title: ({ reports }) =>
    `${[...new Set(reports.map(({ tool }) => escapeText(tool)))].join(', ')} reported ${plural(reports.length, 'error')}`,
  evidence: ({ reports }) => reports.slice(0, 6).map(({ tool, said }) => escapeText(`${tool}: ${said}`)),
  fault: ({ count }) => `errors reported by the server's own checker: ${count}`,
  does: () => ['is found at fault by its own checker'],
  isGrowth: false,
  explanation: {
    summary: "the server's own checker (ASan, LSan, TSan, UBSan, valgrind) reported errors",
    what: [
      'The server was built with a sanitizer, or ran under valgrind, and that wrote a report while churn made its cycles or when the server was stopped. What it says is taken as it is.',
      'LeakSanitizer looks for lost memory when the program leaves by exit(). A server that SIGTERM ends by default never gets there, nor one that calls _exit(): let it handle SIGTERM and return from main(), or call __lsan_do_leak_check(). churn has it say that it looks (LSAN_OPTIONS=log_threads=1); where it did not, nothing was checked, and the run is undecided.',
      'valgrind looks however the program ends, but by SIGKILL. With -q it tells of lost memory only with --leak-check=full, which churn asks for where the command has no --leak-check of its own.',
    ],
    cause: 'memory was used wrongly, or lost, while clients came and went',
    advice: 'look at: the whole report with its stacks, which --server-log FILE keeps',
    byHand: [
      ['./server PORT', 'built with -g -fsanitize=address, it writes its report on stderr'],
      [CONNECT_AND_CLOSE, 'a hundred clients that connect and close, in another shell'],
      ['cat /proc/PID/maps', 'libasan, liblsan or vgpreload: which checker is there'],
    ],
    causes: [
      'A connection is freed by the error path, and used once more by the usual one.',
      'A buffer is read or written one byte behind its end, often the one of a terminating zero.',
      'What was allocated for a connection is not freed when it ends early.',
      'Two threads change the same list of connections without a lock.',
    ],
    sketches: [
      {
        language: 'C',
        wrong: 'the buffer of a connection that ends early is lost',
        before: `
char *buffer = malloc(SIZE);
if (read(fd, buffer, SIZE) <= 0) { close(fd); return; }`,
        after: `
char *buffer = malloc(SIZE);
if (read(fd, buffer, SIZE) <= 0) { free(buffer); close(fd); return; }`,
      },
    ],
    next: [['churn explain memory', 'what is lost, and what only grows']],
  },
};

function shutdownTitle({ killed, crashSignal, leftBehind, graceMs }: ShutdownFinding): string {
  if (killed) return `did not stop within ${formatDuration(graceMs)} of SIGTERM while clients churned`;
  if (crashSignal !== undefined) return `died of ${crashSignal} when it was to stop while clients churned`;
  return leftBehind.length > 0
    ? `left ${plural(leftBehind.length, 'process', 'processes')} behind when it stopped`
    : 'somebody still listens on its port after its end';
}

function shutdownEvidence({ killed, leftBehind, portFree, tookMs }: ShutdownFinding): string[] {
  return [
    killed
      ? `SIGKILL had to end it after ${formatDuration(tookMs)}`
      : `it was gone ${formatDuration(tookMs)} after SIGTERM`,
    ...(leftBehind.length > 0
      ? [
          `still there half a second later: ${leftBehind.map(({ pid, comm }) => `${pid} (${escapeText(comm)})`).join(', ')}`,
        ]
      : []),
    ...(portFree === false ? ['its port is still listened on'] : []),
  ];
}
