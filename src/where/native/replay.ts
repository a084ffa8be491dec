import type { Call, TraceEvent } from './trace.js';

/** What a traced server made, and what became of it. */
export interface Life {
  readonly kind: 'descriptor' | 'child' | 'thread' | 'mapping';
  /** The process that has it, and its number there: a descriptor, a pid, an address. */
  readonly pid: number;
  readonly number: number;
  readonly made: Call;
  /** The child that has it began with it: `made` is the call of the parent. */
  readonly isInherited: boolean;
  /** What it is, as strace says: "socket:[4711]", "/tmp/x"; a socket that was connected by its peer, "127.0.0.1:6379". */
  is: string;
  /** The last thing that was done to it. */
  last: Call | undefined;
  /** By which call it was let go; "exit" where its process has ended. */
  ended: Call | 'exit' | undefined;
}

/**
 * Plays a trace again and tells what came of each descriptor, child, thread and mapping that was made in it.
 * `processes` are those that were traced, by the threads that they had at the beginning.
 */
export function replay(events: readonly TraceEvent[], processes: ReadonlyMap<number, number>): Life[] {
  return new Replay(processes, births(events)).play(events);
}

/** Calls by which processes and threads came, by their number. */
type Births = ReadonlyMap<number, Call>;

/**
 * glibc's clone3(2) has no unwind information, so its stack ends at once. pthread_create() has blocked signals, or mapped
 * the stack, just before that, and from there it can be walked.
 */
function births(events: readonly TraceEvent[]): Births {
  const born = new Map<number, Call>();
  const before = new Map<number, Call>();
  for (const event of events) {
    if ('exited' in event) continue;
    if (MAKES_PROCESS.test(event.name) && Number(event.result) > 0) {
      const last = before.get(event.tid);
      const isCut = event.stack.length < 2 && last !== undefined && OF_THE_LIBRARY.test(last.name);
      const { stack } = isCut ? last : event;
      born.set(Number(event.result), { ...event, stack });
    }
    before.set(event.tid, event);
  }
  return born;
}

class Replay {
  readonly #lives: Life[] = [];
  /** Which process each thread belongs to. */
  readonly #processOf: Map<number, number>;
  readonly #descriptors = new Map<number, Map<number, Life>>();
  readonly #mappings = new Map<number, Map<number, Life>>();
  readonly #tasks = new Map<number, Life>();
  readonly #lastOf = new Map<number, Call>();
  readonly #births: Births;

  constructor(processes: ReadonlyMap<number, number>, born: Births) {
    this.#processOf = new Map(processes);
    this.#births = born;
  }

  play(events: readonly TraceEvent[]): Life[] {
    for (const event of events) {
      const pid = this.#process(event.tid);
      if ('exited' in event) this.#exited(event.tid, pid);
      else this.#called(event, pid);
    }
    return this.#lives;
  }

  /** A thread that is heard of for the first time was made by a call that may not have ended yet. */
  #process(tid: number): number {
    const known = this.#processOf.get(tid);
    if (known !== undefined) return known;
    const birth = this.#births.get(tid);
    const parent = birth && birth.tid !== tid ? this.#process(birth.tid) : undefined;
    const isThread = birth !== undefined && parent !== undefined && /\bCLONE_THREAD\b/.test(birth.args);
    const pid = isThread ? parent : tid;
    this.#processOf.set(tid, pid);
    if (!birth || parent === undefined) return pid;
    if (!isThread) this.#inherit(pid, parent, birth);
    this.#tasks.set(tid, this.#born(isThread ? 'thread' : 'child', parent, tid, birth, ''));
    return pid;
  }

  /** A child begins with a copy of every descriptor. */
  #inherit(pid: number, parent: number, birth: Call): void {
    if (/\bCLONE_FILES\b/.test(birth.args)) {
      this.#descriptors.set(pid, this.#table(parent));
      return;
    }
    for (const [number, { made, is, ...life }] of this.#table(parent)) {
      this.#table(pid).set(number, this.#born('descriptor', pid, number, made, is, true));
      if (life.last === undefined) this.#touch(this.#table(parent), number, birth);
    }
  }

  #called(call: Call, pid: number): void {
    const { tid, name, args, result } = call;
    const isFailure = result.startsWith('-1') || result === '?';
    this.#lastOf.set(tid, call);
    const task = this.#tasks.get(tid);
    if (task && !OF_THE_LIBRARY.test(name)) task.last = call;
    if (MAKES_PROCESS.test(name)) {
      if (!isFailure && Number(result) > 0) this.#process(Number(result));
    } else if (name === 'wait4' || name === 'waitid') {
      this.#waited(call);
    } else if (name === 'mmap' || name === 'munmap') {
      if (!isFailure) this.#mapped(call, pid);
    } else if (name === 'close') {
      const number = leadingFd(args);
      if (number !== undefined) this.#end(this.#table(pid), number, call);
    } else if (name === 'close_range') {
      const [first = 0, last = 0] = args.split(', ').map(Number);
      for (const number of [...this.#table(pid).keys()])
        if (number >= first && number <= last) this.#end(this.#table(pid), number, call);
    } else if (isFailure || !this.#made(call, pid)) {
      this.#touched(call, pid);
    }
  }

  /** Whether the call gave a new descriptor, or two. */
  #made(call: Call, pid: number): boolean {
    const { name, args, gave, result } = call;
    const pair = PAIR.test(name) ? /\[(\d+)(?:<(.*?)>)?, (\d+)(?:<(.*?)>)?\]/.exec(args) : undefined;
    if (pair) {
      const [, first, firstIs = name, second, secondIs = name] = pair;
      this.#open(pid, Number(first), call, firstIs);
      this.#open(pid, Number(second), call, secondIs);
      return true;
    }
    const isMaker = MAKES_DESCRIPTOR.test(name) || (name === 'fcntl' && args.includes('F_DUPFD'));
    if (!isMaker) return false;
    // What is duplicated is touched by it.
    this.#touched(call, pid);
    this.#open(pid, Number(result), call, gave);
    return true;
  }

  #open(pid: number, number: number, call: Call, is: string): void {
    const table = this.#table(pid);
    // Its number was given out again, so it was closed by a call that is not traced.
    this.#end(table, number, call);
    table.set(number, this.#born('descriptor', pid, number, call, is));
  }

  #touched(call: Call, pid: number): void {
    const number = call.name === 'epoll_ctl' ? epollTarget(call.args) : leadingFd(call.args);
    const life = number === undefined ? undefined : this.#touch(this.#table(pid), number, call);
    if (life && call.name === 'connect') life.is = peerOf(call.args) ?? life.is;
  }

  #touch(lives: ReadonlyMap<number, Life>, number: number, call: Call): Life | undefined {
    const life = lives.get(number);
    if (life) life.last = call;
    return life;
  }

  #mapped({ name, args, result, ...call }: Call, pid: number): void {
    const whole = { name, args, result, ...call };
    const mappings = mapOf(this.#mappings, pid);
    const address = Number(name === 'mmap' ? result : args.split(',')[0]);
    this.#end(mappings, address, whole);
    if (name === 'mmap') mappings.set(address, this.#born('mapping', pid, address, whole, ''));
  }

  #waited(call: Call): void {
    const pid = Number(call.name === 'wait4' ? call.result : /si_pid=(\d+)/.exec(call.args)?.[1]);
    const task = this.#tasks.get(pid);
    if (task?.kind === 'child') task.ended ??= call;
  }

  #exited(tid: number, pid: number): void {
    const task = this.#tasks.get(tid);
    if (task?.kind === 'thread') task.ended ??= this.#lastOf.get(tid) ?? 'exit';
    if (tid !== pid) return;
    const by = this.#lastOf.get(tid);
    const call = by?.name === 'exit_group' ? by : ('exit' as const);
    for (const lives of [this.#descriptors.get(pid), this.#mappings.get(pid)])
      for (const life of lives?.values() ?? []) life.ended ??= call;
    this.#descriptors.delete(pid);
    this.#mappings.delete(pid);
  }

  #end(lives: Map<number, Life>, number: number, by: Call): void {
    const life = lives.get(number);
    if (life) life.ended ??= by;
    lives.delete(number);
  }

  #born(kind: Life['kind'], pid: number, number: number, made: Call, is: string, isInherited = false): Life {
    const life: Life = { kind, pid, number, made, is, isInherited, last: undefined, ended: undefined };
    this.#lives.push(life);
    return life;
  }

  #table(pid: number): Map<number, Life> {
    return mapOf(this.#descriptors, pid);
  }
}

function mapOf(of: Map<number, Map<number, Life>>, pid: number): Map<number, Life> {
  const known = of.get(pid);
  if (known) return known;
  const lives = new Map<number, Life>();
  of.set(pid, lives);
  return lives;
}

/** Whom connect(2) was given: "127.0.0.1:6379", "/run/app.sock". */
function peerOf(args: string): string | undefined {
  const port = /sin6?_port=htons\((\d+)\)/.exec(args)?.[1];
  const address = /inet_(?:addr|pton)\((?:AF_INET6, )?"([^"]*)"/.exec(args)?.[1];
  return port && address ? `${address}:${port}` : /sun_path=(@?"[^"]*")/.exec(args)?.[1]?.replaceAll('"', '');
}

/** The number of "5<TCP:[…]>, …". */
function leadingFd(args: string): number | undefined {
  const digits = /^(\d+)(?:<|,|$)/.exec(args)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** "4<anon_inode:[eventpoll]>, EPOLL_CTL_ADD, 5<TCP:[…]>, {…}": it is told of the third. */
function epollTarget(args: string): number | undefined {
  const digits = /EPOLL_CTL_\w+, (\d+)/.exec(args)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

const MAKES_PROCESS = /^(clone3?|v?fork)$/;
/** What the C library does beside the program. */
const OF_THE_LIBRARY = /^(rt_sigprocmask|m(un|re)?map)$/;
const PAIR = /^(pipe2?|socketpair)$/;
const MAKES_DESCRIPTOR =
  /^(accept4?|socket|open(at2?)?|creat|dup[23]?|eventfd2?|timerfd_create|epoll_create1?|signalfd4?|inotify_init1?|memfd_create|pidfd_open)$/;
