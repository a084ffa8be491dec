import { formatBytes, formatCount, formatDuration, plural } from '../../units.js';
import type {
  CrashFinding,
  Finding,
  GrowthFinding,
  HangFinding,
  Kind,
  MemoryFinding,
  RefusedFinding,
  RestartFinding,
} from '../../verdict/finding.js';
import { fdEvidence, fdTitle, groupWords } from './fd.js';
import { ratio, rounds, signed } from './numbers.js';

/** All that is said of one kind of finding. */
interface Words<F extends { readonly kind: Kind }> {
  /** One line: what is wrong, in numbers. */
  readonly title: (finding: F) => string;
  /** The most likely reason, in the words of a socket programmer. */
  readonly cause: (finding: F) => string;
  /** Where to look, or what to do next. */
  readonly advice: (finding: F) => string;
  readonly evidence: (finding: F) => readonly string[];
}

type FindingOf<K extends Kind> = Extract<Finding, { kind: K }>;

/** Total: a new kind of finding does not compile until everything about it is said. */
export const WORDS: { readonly [K in Kind]: Words<FindingOf<K>> } = {
  fd: {
    title: fdTitle,
    cause: ({ groups }) => groupWords(groups[0]).cause,
    advice: ({ groups }) => groupWords(groups[0]).advice,
    evidence: fdEvidence,
  },
  thread: growthWords(
    'threads',
    'a thread was started for a connection and has not returned',
    'look at: what the thread waits for after its connection is closed (cat /proc/PID/task/*/wchan)',
  ),
  child: growthWords(
    'child processes',
    'a process was forked for a connection and has not exited',
    'look at: the path on which the child returns from its handler; it must end in exit(), not in the accept loop',
  ),
  zombie: growthWords(
    'zombie processes',
    'children exit and nobody waits for them; SIGCHLD does not queue, so one signal may stand for several children',
    'look at: the SIGCHLD handler; it must loop: while (waitpid(-1, NULL, WNOHANG) > 0)',
  ),
  mapping: growthWords(
    'memory mappings',
    'mappings stay after each connection: threads that were never joined or detached keep their stacks, or mmap() without munmap()',
    'look at: pthread_join or pthread_detach for every pthread_create; cat /proc/PID/maps',
  ),
  memory: {
    title: memoryTitle,
    cause: () => 'memory is allocated for a connection and not given back, and it did not level off',
    advice: () =>
      'look at: what is put into a map, list or cache per connection, and the path that should take it out; then a heap profiler',
    evidence: ({ low, high, perRound }) => [
      `between ${formatCount(low)} and ${formatCount(high)} B/cycle (95 %), by round: ${perRound
        .slice(-6)
        .map(bytes => signed(bytes, formatBytes))
        .join('  ')}`,
    ],
  },
  crash: {
    title: crashTitle,
    cause: () => 'the process is gone; with which signal or status only its parent could see',
    advice: () =>
      'look at: its last output, `dmesg` for a segfault, `coredumpctl` for a core; then run it under a debugger with the same cycles',
    evidence: crashEvidence,
  },
  restart: {
    title: ({ count }) =>
      `${plural(count, 'worker process', 'worker processes')} ended and ${count === 1 ? 'was' : 'were'} replaced`,
    cause: ({ cutOff }: RestartFinding) =>
      cutOff > 0
        ? `${plural(cutOff, 'cycle was', 'cycles were')} cut off meanwhile: a worker that dies, not one that retires`
        : 'no cycle was cut off; some servers retire their workers by design. The cause is not observable from outside',
    advice: () => 'look at: the log of the master process',
    evidence: ({ workers }) =>
      workers.slice(0, 4).map(({ pid, replacedBy }) => `pid ${pid}, replaced by ${replacedBy}`),
  },
  hang: {
    title: hangTitle,
    cause: hangCause,
    advice: ({ atFdLimit }) =>
      atFdLimit
        ? 'look at: who holds the descriptors (above); accepting goes on when some are closed'
        : 'look at: the accept loop; what does the process wait for? cat /proc/PID/task/*/wchan, or attach a debugger',
    evidence: ({ count, stalledMs }) => [
      `${plural(count, 'connection waits', 'connections wait')} in the accept queue, which did not move for ${formatDuration(stalledMs)}; the kernel made the handshakes, the server never took them`,
    ],
  },
  refused: {
    title: ({ count, of }) => `${formatCount(count)} of ${plural(of, 'connection')} failed`,
    cause: ({ failures, listenerGone }: RefusedFinding) =>
      listenerGone
        ? 'the server lives, but it does not listen any more'
        : `${Object.entries(failures)
            .map(([kind, count]) => `${formatCount(count)} ${kind}`)
            .join(', ')}, although the server lives`,
    advice: () =>
      'look at: the accept loop, the backlog of listen(), and what the server does when accept() fails',
    evidence: ({ firstCycle, phase }) => [
      `the first was cycle ${firstCycle}${phase === 'cycles' ? '' : ` of the ${phase}`}`,
    ],
  },
};

/** The words for a finding, whatever its kind. */
export function wordsFor<K extends Kind>(kind: K): Words<FindingOf<K>> {
  return WORDS[kind];
}

function growthWords(many: string, cause: string, advice: string): Words<GrowthFinding> {
  return {
    title: ({ count, perCycle }) => `${many}: ${formatCount(count)} more, ${ratio(perCycle)}`,
    cause: () => cause,
    advice: () => advice,
    evidence: ({ perRound, limit, connectionsLeft }) => [
      `grew again in every confirming round:${rounds(perRound)}`,
      ...(limit !== undefined && connectionsLeft !== undefined
        ? [`limit ${limit}: reached after ${formatCount(connectionsLeft)} more connections`]
        : []),
    ],
  };
}

function memoryTitle({ perCycle, count }: MemoryFinding): string {
  return `memory grows by ${formatCount(perCycle)} B/cycle (${formatBytes(count)} so far)`;
}

function crashTitle({ pids, cycles, phase }: CrashFinding): string {
  const who = `process ${pids.join(', ')} died`;
  if (!cycles) return who;
  const [from, to] = cycles;
  const where = from >= to ? `on cycle ${to}` : `on cycle ${from} … ${to}`;
  return `${who} ${where}${phase === 'cycles' ? '' : ` of the ${phase}`}`;
}

function crashEvidence({ connections }: CrashFinding): string[] {
  if (!connections) return [];
  const [from, to] = connections;
  return [
    `that is connection ${from >= to ? to : `${from} … ${to}`} since the run began, the warm-up counted`,
  ];
}

function hangTitle({ accepted, connected, atFdLimit }: HangFinding): string {
  const why = atFdLimit ? ' at its fd limit' : '';
  return accepted === 0
    ? `the server accepts nothing${why}: accepted 0 of ${formatCount(connected)}`
    : `the server stopped accepting${why}: accepted ${formatCount(accepted)} of ${formatCount(connected)}`;
}

function hangCause({ accepted, atFdLimit }: HangFinding): string {
  if (atFdLimit) return 'accept() answers EMFILE, so connections pile up in the accept queue';
  return accepted === 0
    ? 'the process listens, but it does not call accept()'
    : 'the process does not call accept() any more: it waits for something else, or its accept loop has ended';
}
