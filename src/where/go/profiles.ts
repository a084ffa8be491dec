import { type Amount, type Census, censusOf } from '../growth.js';
import { OF_THE_LANGUAGE } from '../native/symbols.js';

/** One call on the stack of a goroutine, or of an allocation. */
export interface GoFrame {
  /** "main.(*Server).serve" */
  readonly function: string;
  readonly file: string;
  readonly line: number;
}

/** Goroutines, or memory, that have one stack. */
export interface GoStack {
  /** What a goroutine waits for: "chan receive", "IO wait"; empty for memory. */
  readonly state: string;
  /** Innermost first. */
  readonly frames: readonly GoFrame[];
  /** The go statement that began it. */
  readonly startedBy: GoFrame | undefined;
}

/** A profile: how much there is of each stack. */
export interface Profile {
  readonly census: Census;
  readonly stacks: ReadonlyMap<string, GoStack>;
}

/** The text of /debug/pprof/goroutine?debug=2; undefined where it is none. */
export function parseGoroutines(text: string): Profile | undefined {
  if (!/^goroutine \d+ .*\[[^\]]+\]:$/m.test(text.slice(0, BEGINNING))) return undefined;
  const stacks = text.split(/\n\n+/).flatMap(block => {
    const state = /^goroutine \d+ .*?\[([^\],]+)[^\]]*\]:$/m.exec(block)?.[1];
    const calls = [...block.matchAll(GOROUTINE_FRAME)].map(([, creator, name = '', file = '', line]) => ({
      isCreator: creator !== undefined,
      frame: { function: name, file, line: Number(line) },
    }));
    const frames = calls.filter(({ isCreator }) => !isCreator).map(({ frame }) => frame);
    // It is the one that answers.
    if (state === undefined || frames.some(({ function: name }) => name.startsWith('runtime/pprof.')))
      return [];
    return { state, frames, startedBy: calls.find(({ isCreator }) => isCreator)?.frame };
  });
  return profileOf(stacks.map(stack => [stack, { count: 1, bytes: 0 }]));
}

/** The text of /debug/pprof/heap?debug=1, what is in use of it; undefined where it is none. */
export function parseHeap(text: string): Profile | undefined {
  const doubled = /^heap profile: .* @ heap\/(\d+)/.exec(text)?.[1];
  if (doubled === undefined) return undefined;
  const rate = Number(doubled) / 2;
  return profileOf(
    text.split(/\n(?=\d+: \d+ \[)/).flatMap(block => {
      const [, count, bytes] = /^(\d+): (\d+) \[\d+: \d+\] @/.exec(block) ?? [];
      const frames = [...block.matchAll(HEAP_FRAME)].map(([, name = '', file = '', line]) => ({
        function: name,
        file,
        line: Number(line),
      }));
      if (count === undefined || frames.length === 0) return [];
      const amount = scaled({ count: Number(count), bytes: Number(bytes) }, rate);
      return [[{ state: '', frames, startedBy: undefined }, amount] as const];
    }),
  );
}

/** What a sample stands for: one is taken for every so many bytes that are allocated, so a small object is seldom met. */
export function scaled({ count, bytes }: Amount, rate: number): Amount {
  if (count === 0 || bytes === 0 || rate <= 1) return { count, bytes };
  const share = 1 - Math.exp(-bytes / count / rate);
  return { count: count / share, bytes: bytes / share };
}

/**
 * The calls of the program, and the call that the innermost of them is in: those of its own modules, else of modules of
 * others; where there is nothing but the standard library, all.
 */
export function ownFrames(frames: readonly GoFrame[]): {
  readonly call: string | undefined;
  readonly own: readonly GoFrame[];
  readonly isOwn: boolean;
} {
  const foreign = frames.filter(frame => !isStandard(frame));
  const ours = foreign.filter(({ file }) => !OF_OTHERS.test(file));
  const [own = frames] = [ours, foreign].filter(({ length }) => length > 0);
  const [first] = own;
  const call = first === undefined ? undefined : frames[frames.indexOf(first) - 1]?.function;
  return { call, own: own.slice(0, MOST_FRAMES), isOwn: foreign.length > 0 };
}

function isStandard({ function: name }: GoFrame): boolean {
  return OF_THE_LANGUAGE.test(name) || OF_THE_LIBRARY.test(name);
}

function profileOf(found: ReadonlyArray<readonly [GoStack, Amount]>): Profile {
  const keyed = found.map(([stack, amount]) => [keyOf(stack), amount, stack] as const);
  return {
    census: censusOf(keyed.map(([key, amount]) => [key, amount])),
    stacks: new Map(keyed.map(([key, , stack]) => [key, stack])),
  };
}

function keyOf({ state, frames, startedBy }: GoStack): string {
  const lines = [...frames, ...(startedBy ? [startedBy] : [])];
  return [state, ...lines.map(frame => `${frame.function}:${frame.line}`)].join('\n');
}

/** "main.wait(...)\n\t/srv/server.go:71 +0x1b", and of the go statement "created by main.forget in goroutine 7\n\t…" */
const GOROUTINE_FRAME =
  /^(created by )?(\S.*?)(?:\([^()\n]*\)| in goroutine \d+)?\n\t([^\n]+?):(\d+)(?: \+0x[0-9a-f]+)?$/gm;
/** "#\t0x6f6d8c\tmain.keep+0x8c\t/srv/server.go:77" */
const HEAP_FRAME = /^#\t0x[0-9a-f]+\t(.+?)\+0x[0-9a-f]+\t+(.+):(\d+)$/gm;
/** Packages of the standard library that seldom stand at a system call. */
const OF_THE_LIBRARY =
  /^(compress|container|database|embed|errors|expvar|hash|html|iter|maps|math|mime|path|reflect|regexp|slices|sort|strconv|testing|text|unicode|unique|vendor)([/.][\w/.]*)?\.[\w(]/;
const OF_OTHERS = /@v\d|\/vendor\//;
const BEGINNING = 10_000;
const MOST_FRAMES = 12;
