import type { Point } from '../sampler/point.js';
import type { ProcessSnapshot, Snapshot } from '../sampler/snapshot.js';
import type { Evidence } from '../verdict/evidence.js';

/**
 * How a server is built, as far as that can be told from outside: it decides in whose words advice is given.
 * - `poll-loop`: one thread for many connections, woken by poll, select or epoll
 * - `uring`: one thread for many connections, woken by the completions of an io_uring
 * - `iterative`: one connection after the other, in one process or in several
 * - `fork`: a process for each connection
 * - `thread`: a thread for each connection, or a pool of them
 * - `node`, `python`, `java`, `go`, `ruby`, `perl`, `php`, `dotnet`, `beam`: what runs it, whatever is built on top
 * - `collected`: another language with a collector of garbage, such as OCaml, Haskell, Lua or a Lisp
 */
export const SERVER_KINDS = [
  ...(['poll-loop', 'uring', 'iterative', 'fork', 'thread'] as const),
  ...([
    'node',
    'python',
    'java',
    'go',
    'ruby',
    'perl',
    'php',
    'dotnet',
    'beam',
    'collected',
    'unknown',
  ] as const),
] as const;

export type ServerKind = (typeof SERVER_KINDS)[number];

/** What was seen of a server: all processes of its tree together. */
export interface ServerFacts {
  /** Name of the executable without its folder, such as "python3.11"; undefined when it could not be read. */
  readonly program: string | undefined;
  /** What its processes are run by; undefined where nobody looked. */
  readonly runtime?: Evidence['runtime'];
  /** Processes without a parent in the tree. More than one with SO_REUSEPORT; 1 when not given. */
  readonly rootsBefore?: number;
  /** Processes below the roots before the cycles. */
  readonly childrenBefore: number;
  /** Threads of all processes before the cycles, so at least one for each process. */
  readonly threadsBefore: number;
  /** Children came with connections: pids that were not there before, whether they went again or stayed. */
  readonly hadShortLivedChildren: boolean;
  /** The same of threads, where anybody looked. */
  readonly hadShortLivedThreads?: boolean;
  /** Names of the calls in which threads slept between connections, such as "epoll_wait"; undefined when unknown. */
  readonly syscalls?: readonly string[] | undefined;
}

/** A name that decides comes first, then what happened during the cycles, then what the threads wait in. */
export function serverKindOf(facts: ServerFacts): ServerKind {
  const program = facts.program?.replace(/ \(deleted\)$/, '') ?? '';
  const named = PROGRAMS.find(([name]) => name.test(program))?.[1];
  if (named) return named;
  const run = facts.runtime && RUN_BY[facts.runtime];
  // These cannot fork: their children are other programs, and say nothing of how connections are served.
  if (run && NEVER_FORKS.has(run)) return run;
  if (facts.hadShortLivedChildren) return 'fork';
  if (run) return run;
  if (SCRIPTED.test(program)) return 'unknown';
  if (facts.hadShortLivedThreads) return 'thread';
  const waitsIn = (calls: RegExp) => facts.syscalls?.some(name => calls.test(name)) ?? false;
  if (waitsIn(WAITS_FOR_MANY)) return 'poll-loop';
  if (waitsIn(/^io_uring_enter$/)) return 'uring';
  if (hasWorkerThreads(facts)) return 'thread';
  return waitsIn(/^accept4?$/) ? 'iterative' : 'unknown';
}

const PROGRAMS: ReadonlyArray<readonly [RegExp, ServerKind]> = [
  [/^(node|nodejs|bun)[\d.]*$/, 'node'],
  [/^(python|pypy)[\d.]*(-\w+)?$/, 'python'],
  [/^java[\d.]*$/, 'java'],
];

/** Threads and loops of what is run by these say nothing of how it is written; of the others they do. */
const RUN_BY: Readonly<Record<Evidence['runtime'], ServerKind | undefined>> = {
  ...{ native: undefined, unknown: undefined },
  ...{ v8: 'node', cpython: 'python', pypy: 'python', jvm: 'java' },
  ...{ go: 'go', ruby: 'ruby', perl: 'perl', php: 'php', dotnet: 'dotnet', mono: 'dotnet', beam: 'beam' },
  ...{ lua: 'collected', ocaml: 'collected', boehm: 'collected', ghc: 'collected' },
  ...{ racket: 'collected', sbcl: 'collected' },
};

const NEVER_FORKS: ReadonlySet<ServerKind> = new Set(['node', 'java', 'go', 'dotnet', 'beam']);

/** Threads and loops of these belong to their runtime, and say nothing of how the server is written. */
const SCRIPTED = /^(deno|dotnet|mono|beam|erl|jruby|ruby|perl|php|lua)[\d.]*([.-][\w.]+)?$/;

const WAITS_FOR_MANY = /^(epoll_p?wait2?|p?poll|p?select6?)$/;
const WAITS_FOR_ONE = /^(accept4?|read|recv(from|msg)?)$/;

/** Threads beyond the first of each process, of which one at least waits for a connection, when that is known. */
function hasWorkerThreads({
  threadsBefore,
  childrenBefore,
  rootsBefore = 1,
  syscalls,
}: ServerFacts): boolean {
  if (threadsBefore <= childrenBefore + rootsBefore) return false;
  return syscalls === undefined || syscalls.some(name => WAITS_FOR_ONE.test(name));
}

/** What the run saw of how the server is built. */
export function serverFacts(
  { before, after, rootCount, waits, judgedConnections, runtime }: Evidence,
  series: readonly Point[],
  program: string | undefined,
): ServerFacts {
  const childrenBefore = Math.max(0, before.processes.length - rootCount);
  const threadsBefore = countThreads(before);
  const reapedFaults = growth(before, after, ({ childFaults }) => childFaults);
  const endedThreadFaults = growth(before, after, process => process.endedThreadFaults);
  const hadShortLivedChildren =
    series.some(({ children }) => children > childrenBefore) ||
    after.processes.length > before.processes.length ||
    after.zombies.length > before.zombies.length ||
    reapedFaults >= FAULTS_PER_CHILD * judgedConnections;
  return {
    program,
    runtime,
    rootsBefore: rootCount,
    childrenBefore,
    threadsBefore,
    hadShortLivedChildren,
    hadShortLivedThreads:
      !hadShortLivedChildren &&
      (series.some(({ threads }) => threads > threadsBefore) ||
        countThreads(after) > threadsBefore ||
        endedThreadFaults >= FAULTS_PER_THREAD * judgedConnections),
    syscalls: waits,
  };
}

function countThreads({ processes }: Snapshot): number {
  return processes.reduce((sum, { threads }) => sum + threads, 0);
}

/** How much a number has grown in the processes that were there before. */
function growth(before: Snapshot, after: Snapshot, of: (process: ProcessSnapshot) => number): number {
  const known = new Map(before.processes.map(process => [process.pid, of(process)]));
  return after.processes.reduce((sum, process) => {
    const now = of(process);
    return sum + now - (known.get(process.pid) ?? now);
  }, 0);
}

/** A child that does nothing but exit makes about 23 page faults, which its parent inherits by waiting for it. */
const FAULTS_PER_CHILD = 10;
/** A thread that does nothing but close a connection makes about 0.4 of them, on a stack that is used again. */
const FAULTS_PER_THREAD = 0.1;
