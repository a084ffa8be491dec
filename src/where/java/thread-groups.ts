import type { Frame, Place } from '../found.js';
import { censusOf, grownInBoth } from '../growth.js';
import type { Sources } from '../source.js';
import type { JavaSourceFiles } from './source-files.js';
import { type JavaThread, ownFrames } from './thread-print.js';

/** The threads of a JVM by where they stand. */
export class ThreadGroups {
  readonly #threads: readonly JavaThread[];
  readonly #files: JavaSourceFiles;
  readonly #sources: Sources;

  constructor(threads: readonly JavaThread[], files: JavaSourceFiles, sources: Sources) {
    this.#threads = threads;
    this.#files = files;
    this.#sources = sources;
  }

  /** Where those stand of which there were fewer before and between two batches of so many cycles. */
  grown([before, between]: readonly [readonly JavaThread[], readonly JavaThread[]], cycles: number): Place[] {
    const census = (threads: readonly JavaThread[]) =>
      censusOf(threads.map(thread => [keyOf(thread), { count: 1, bytes: 0 }]));
    const grown = grownInBoth([census(before), census(between), census(this.#threads)], cycles);
    const all = grown.reduce((sum, { count }) => sum + count, 0);
    return grown.slice(0, MOST_GROUPS).flatMap(({ key, count }) => {
      const thread = this.#threads.find(candidate => keyOf(candidate) === key);
      return thread ? { ...this.#placeOf(thread), count, of: all, what: 'thread' } : [];
    });
  }

  /** Where all stand that run code of the program; where none does, those that run code of the JDK. */
  all(): Place[] {
    const own = this.#threads.filter(thread => ownFrames(thread).own.length > 0);
    const told = own.length > 0 ? own : this.#threads;
    const groups = new Map<string, JavaThread[]>();
    for (const thread of told) {
      const key = `${keyOf(thread)}\n${thread.waitsFor?.lock}`;
      groups.set(key, [...(groups.get(key) ?? []), thread]);
    }
    return [...groups.values()]
      .sort((one, other) => other.length - one.length)
      .slice(0, MOST_GROUPS)
      .flatMap(([first, ...more]) =>
        first
          ? {
              ...this.#placeOf(first),
              count: 1 + more.length,
              of: told.length,
              what: more.length > 0 ? 'threads' : first.name || 'thread',
              kept: this.#heldUp(first),
            }
          : [],
      );
  }

  #placeOf(thread: JavaThread): Place {
    const { call } = ownFrames(thread);
    const frames = this.#framesOf(thread);
    return {
      count: 1,
      of: 1,
      what: 'thread',
      made: null,
      last: { call: call ?? 'code of its own', result: '', frames },
      letGo: null,
      kept: [],
    };
  }

  #framesOf(thread: JavaThread): Frame[] {
    const { own } = ownFrames(thread);
    return (own.length > 0 ? own : thread.frames.slice(0, 3)).map(frame => {
      const name = `${frame.className}.${frame.method}`;
      const file = this.#files.pathOf(frame);
      return this.#sources.frame({ function: name, file, line: frame.line, at: '' });
    });
  }

  /** Who has the lock that a thread waits for, and where that one stands. */
  #heldUp({ waitsFor }: JavaThread): string[] {
    const holder = waitsFor && this.#threads.find(({ holds }) => holds.includes(waitsFor.lock));
    if (!holder) return [];
    const [first] = this.#framesOf(holder);
    const at = first ? `, in ${first.function} (${first.file}:${first.line})` : '';
    return [`it waits for a lock (${waitsFor.className}) that the thread "${holder.name}" holds${at}`];
  }
}

/** Threads that stand at the same place are told once. */
function keyOf(thread: JavaThread): string {
  const { call, own } = ownFrames(thread);
  const frames = own.length > 0 ? own : thread.frames;
  return [call, ...frames.map(({ className, method, line }) => `${className}.${method}:${line}`)].join('\n');
}

const MOST_GROUPS = 5;
