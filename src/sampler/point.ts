import { countFds } from '../proc/fds.js';
import type { ProcFile } from '../proc/file.js';
import { openStatus, parseProcessStatus } from '../proc/process.js';
import { descendants, readProcessTable } from '../proc/tree.js';

export type Phase = 'before' | 'warm-up' | 'hold' | 'cycles' | 'settle' | 'confirm' | 'after';

/** One point of the series: sums over the tree, cheap to take. */
export interface Point {
  readonly atMs: number;
  readonly cyclesDone: number;
  readonly phase: Phase;
  /** From the size of the fd directory: one too many per thread blocked in accept(2). */
  readonly fds: number;
  readonly rssBytes: number | undefined;
  readonly anonBytes: number | undefined;
  readonly threads: number;
  readonly children: number;
  readonly zombies: number;
  readonly acceptQueue: number | undefined;
}

/**
 * Reads the tree for the series: 15 µs per process, and a look at the whole process table now and then.
 * Files that are read each time stay open; the owner calls close().
 */
export class PointReader {
  readonly #rootPids: readonly number[];
  readonly #status = new Map<number, ProcFile>();
  #children = 0;
  #zombies = 0;
  #treeReadAtMs = Number.NEGATIVE_INFINITY;
  #treeCostMs = 0;

  constructor(rootPids: readonly number[]) {
    this.#rootPids = rootPids;
  }

  read(nowMs: number, context: Pick<Point, 'cyclesDone' | 'phase' | 'acceptQueue'>): Point {
    this.#refreshTree(nowMs);
    let fds = 0;
    let threads = 0;
    let anonBytes: number | undefined;
    for (const [pid, file] of this.#status) {
      const text = file.read();
      if (text === undefined) {
        this.#forget(pid, file);
        continue;
      }
      const status = parseProcessStatus(text);
      fds += countFds(pid) ?? 0;
      threads += status.threads;
      if (status.anonBytes !== undefined) anonBytes = (anonBytes ?? 0) + status.anonBytes;
    }
    return {
      atMs: nowMs,
      cyclesDone: context.cyclesDone,
      phase: context.phase,
      fds,
      rssBytes: undefined,
      anonBytes,
      threads,
      children: this.#children,
      zombies: this.#zombies,
      acceptQueue: context.acceptQueue,
    };
  }

  close(): void {
    for (const [pid, file] of this.#status) this.#forget(pid, file);
  }

  /** At most every 100 ms, and seldom enough to cost no more than one part in fifty. */
  #refreshTree(nowMs: number): void {
    if (nowMs - this.#treeReadAtMs < Math.max(100, 50 * this.#treeCostMs)) return;
    const startedAtMs = performance.now();
    const tree = descendants(readProcessTable(), this.#rootPids);
    const alive = tree.filter(({ state }) => state !== 'Z');
    for (const [pid, file] of this.#status) {
      if (!alive.some(process => process.pid === pid)) this.#forget(pid, file);
    }
    for (const { pid } of alive) this.#follow(pid);
    this.#children = alive.length - this.#rootPids.length;
    this.#zombies = tree.length - alive.length;
    this.#treeReadAtMs = nowMs;
    this.#treeCostMs = performance.now() - startedAtMs;
  }

  #follow(pid: number): void {
    if (this.#status.has(pid) || this.#status.size >= MAX_FOLLOWED) return;
    try {
      this.#status.set(pid, openStatus(pid));
    } catch {
      // Gone since the listing: the next reading of the tree will not have it.
    }
  }

  #forget(pid: number, file: ProcFile): void {
    file.close();
    this.#status.delete(pid);
  }
}

/** A server with more processes than this is followed in part in the series; the verdict reads all of them. */
const MAX_FOLLOWED = 128;
