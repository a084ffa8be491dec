import { exitWords, isCrash, signalName } from '../../exit-words.js';
import { formatCount, plural } from '../../units.js';
import type { CrashFinding, RestartFinding } from '../../verdict/finding.js';
import type { Unit } from '../counts.js';
import { escapeText } from '../escape.js';
import { CONNECT_AND_CLOSE, type ServerWords, type Terms } from './words.js';

/** A process of the server is gone, and nobody took its place. */
export const crash: ServerWords<CrashFinding> = {
  title: crashTitle,
  cause: crashCause,
  advice: ({ lost, severity }) =>
    lost && severity !== 'fail'
      ? 'look at: the log of its parent, which is told how it ended (waitpid), and `dmesg`; where it ends by design: --allow crash=1'
      : undefined,
  evidence: crashEvidence,
  fault: ({ lost, count }) => (lost ? `processes lost: ${count}` : 'the server died'),
  does: () => ['dies'],
  cell: ({ count, facts }) =>
    facts['lost'] === undefined ? 'died' : `processes lost: ${formatCount(count)}`,
  next: ({ lost, connections }) => {
    if (lost) return 'inspect';
    // From a fresh start the connections are counted as the server counts them: this comes back to the one it died on.
    return connections && { again: ['--warmup', '0', '--cycles', String(connections[1])] };
  },
  isGrowth: false,
  explanation: {
    summary: 'a process of the server is gone',
    what: [
      'A process that served connections before the cycles is not there after them. It was killed by a signal, or it exited; which of the two only its parent is told by the kernel.',
      'A worker or another child that is gone for good is a fault where it crashed or took connections with it, and undecided otherwise, unless programs like this one end such processes by design. The kernel logs a segfault, a trap, and whom it killed for lack of memory; its log is read where that is allowed.',
      'A worker that is replaced is another kind, `restart`, and weighs less.',
    ],
    cause: 'the process is gone; with which signal or status only its parent could see',
    advice: unit =>
      `look at: its last output, \`dmesg\` for a segfault, \`coredumpctl\` for a core; then run it under a debugger with the same ${unit}s`,
    adviceFor: {
      node: "look at: its last output; a socket without an 'error' listener ends the whole program when a client resets",
      python:
        'look at: its last output; a ConnectionResetError or BrokenPipeError that nobody catches ends the accept loop',
      java: 'look at: its last output, and hs_err_pidPID.log in its working directory when the machine itself failed',
    },
    byHand: [
      [
        './server PORT; echo "status $?"',
        'start it in a shell that tells how it ends: 128 + signal, so 139 is SIGSEGV, 141 SIGPIPE, 134 SIGABRT',
      ],
      [CONNECT_AND_CLOSE, 'a hundred clients that connect and close, in another shell'],
      ['ls -d /proc/PID', 'whether it is still there'],
      ["ss -tln '( sport = :PORT )'", 'whether anybody still listens'],
      ['dmesg | tail', 'a segfault with its address, or the out-of-memory killer'],
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
      [
        'churn --port PORT --warmup 0 --cycles N',
        'start it again under gdb, and come back to connection N, which the report names',
      ],
      ['churn --port PORT --client rst', 'clients that reset find most of these'],
    ],
  },
};

/** A worker ended, and another one took its place. */
export const restart: ServerWords<RestartFinding> = {
  title: ({ count, openFilesLimit }) =>
    `${plural(count, 'worker process', 'worker processes')} ended${openFilesLimit === undefined ? '' : ` at the limit of ${openFilesLimit} descriptors`} and ${count === 1 ? 'was' : 'were'} replaced`,
  cause: restartCause,
  evidence: ({ workers }) =>
    workers
      .slice(0, 4)
      .flatMap(({ pid, replacedBy, signal, logged }) => [
        `pid ${pid}${endedBy(signal === undefined ? logged?.signal : signalName(signal))}, replaced by ${replacedBy}`,
        ...(logged ? [`kernel log: ${escapeText(logged.said)}`] : []),
      ]),
  fault: ({ count }) => `workers died: ${count}`,
  does: () => ['loses workers'],
  cell: ({ count }) => `workers replaced: ${formatCount(count)}`,
  isGrowth: false,
  explanation: {
    summary: 'a worker process ended and another one took its place',
    what: [
      'A master process starts workers, and replaces one that ends. From outside a worker that crashed and one that retired look the same: its pid is gone and a new one is there.',
      'So it is told as a warning, as long as no client was cut off. Some servers retire their workers after a number of requests, by design. A worker that dies with clients in its hands is a fault.',
      'A client that closes at once does not notice such a death. So after a worker was replaced, some further connections send a byte and wait for an answer; one that ends together with a worker was cut off.',
    ],
    cause: noneCutOff,
    advice: 'look at: the log of the master process',
    adviceFor: {
      node: "look at: cluster.on('exit', (worker, code, signal) => …) in the primary: it is told why",
      python:
        'look at: the log of the master; max_requests (gunicorn) and harakiri or max-requests (uwsgi) retire workers, a timeout kills them',
    },
    byHand: [
      ['cat /proc/PID/task/*/children', 'the pids of the workers; PID is the master'],
      [CONNECT_AND_CLOSE, 'a hundred clients that connect and close, in bash; do it ten times'],
      ['cat /proc/PID/task/*/children', 'the pids again: a new number is a worker that was replaced'],
      ['dmesg | tail', 'a segfault of a worker, or the out-of-memory killer'],
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
      [
        'churn --port PORT --cycles 10000',
        'after how many connections it comes again: always the same number is a design',
      ],
      ['churn explain crash', 'the usual causes of a death'],
    ],
  },
};

function crashTitle({ pids, cycles, phase, openFilesLimit, lost }: CrashFinding, { unit }: Terms): string {
  if (lost) {
    const one = pids.length === 1;
    return `${one ? 'process' : 'processes'} ${pids.join(', ')} of the server ended, and nobody took ${one ? 'its' : 'their'} place`;
  }
  const who = `process ${pids.join(', ')} died`;
  if (openFilesLimit !== undefined) return `${who} at its limit of ${openFilesLimit} descriptors`;
  if (!cycles) return who;
  const [from, to] = cycles;
  const where = `on ${unit} ${from >= to ? to : `${from} … ${to}`}`;
  return `${who} ${where}${phase === 'cycles' ? '' : ` of the ${phase}`}`;
}

/** With which signal or status, where somebody was told. */
function crashCause({ endings = [], lost }: CrashFinding, { unit }: Terms): string | undefined {
  const ended = endings.length > 0 ? endingsOf(endings) : undefined;
  if (lost && lost.cutOff > 0) {
    const cut = `${plural(lost.cutOff, 'connection was', 'connections were')} cut off meanwhile: a process that dies, not one that retires`;
    return ended ? `${cut}; ${ended}` : cut;
  }
  if (lost && !ended) {
    return `a worker that crashed is not told from one that retired or whose job was done: no ${unit} was cut off, and how it ended only its parent was told`;
  }
  return ended;
}

function endingsOf(endings: NonNullable<CrashFinding['endings']>): string {
  if (endings.length === 1) return `it ended with ${exitWords(endings[0] ?? {})}`;
  return endings.map(ending => `process ${ending.pid} ended with ${exitWords(ending)}`).join(', ');
}

function crashEvidence({ connections, lost, nearLimit }: CrashFinding): string[] {
  if (lost) {
    return lost.processes
      .slice(0, 4)
      .flatMap(({ pid, title, said }) => [
        `pid ${pid}: ${escapeText(title)}`,
        ...(said === undefined ? [] : [`kernel log: ${escapeText(said)}`]),
      ]);
  }
  if (!connections) return [];
  const [from, to] = connections;
  return [
    `that is connection ${from >= to ? to : `${from} … ${to}`} since the run began, the warm-up counted`,
    ...(nearLimit === undefined
      ? []
      : [
          `its limit is ${nearLimit} descriptors: poll() fails with EINVAL when it is given more entries than that, those of clients that have gone included; or an array of that size is full`,
        ]),
  ];
}

function restartCause(
  { cutOff, watched = 0, workers, openFilesLimit }: RestartFinding,
  { unit }: Terms,
): string | undefined {
  if (openFilesLimit !== undefined) return 'accept() or open() failed with EMFILE, and the worker left';
  if (cutOff > 0) {
    return `${plural(cutOff, `${unit} was`, `${unit}s were`)} cut off meanwhile: a worker that dies, not one that retires`;
  }
  if (
    workers.some(
      ({ signal, logged }) => (signal !== undefined && isCrash(signalName(signal))) || logged !== undefined,
    )
  )
    return 'a worker crashed, and the master replaced it';
  return watched > 0
    ? `${noneCutOff(unit)}: of ${plural(watched, 'connection')} that waited for an answer none was cut off`
    : undefined;
}

function noneCutOff(unit: Unit): string {
  return `no ${unit} was cut off; some servers retire their workers by design. The cause is not observable from outside`;
}

function endedBy(signal: string | undefined): string {
  return signal === undefined ? '' : ` ended by ${signal}`;
}
