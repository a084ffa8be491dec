import type { Evidence } from '../../verdict/evidence.js';

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
  if (facts.hadShortLivedChildren) return 'fork';
  const run = facts.runtime && RUN_BY[facts.runtime];
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
