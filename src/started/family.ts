import type { ProcessStat } from '../proc/parse/process-stat.js';
import { hasInEnvironment, ownPid } from '../proc/process.js';
import { readProcessTable } from '../proc/tree.js';

/** The name of the variable that marks whatever was started for a run. */
export const MARK = 'CHURN_RUN';

/**
 * Every process that was started for a run: what descends from the command, lives in its session, or carries the mark
 * in its environment. A daemon leaves the first two, a program that rewrites its title the last, so who was seen once
 * is known for good.
 */
export class Family {
  readonly #assignment: string;
  readonly #sinceTicks: number;
  readonly #known = new Map<string, ProcessStat>();
  readonly #sessions = new Set<number>();

  /** Nobody who started before `sinceTicks` belongs to it. */
  constructor(mark: string, sinceTicks: number) {
    this.#assignment = `${MARK}=${mark}`;
    this.#sinceTicks = sinceTicks;
  }

  /** Those that are alive now, parents before children. */
  look(): readonly ProcessStat[] {
    const table = readProcessTable();
    const young = [...table.values()]
      .filter(({ pid, startTicks }) => startTicks >= this.#sinceTicks && pid !== ownPid())
      .sort((a, b) => a.startTicks - b.startTicks || a.pid - b.pid);
    for (let before = -1; before < this.#known.size; ) {
      before = this.#known.size;
      for (const stat of young) if (!this.isKnown(stat) && this.#belongs(stat, table)) this.adopt(stat);
    }
    return young.filter(stat => this.isKnown(stat) && isAlive(stat));
  }

  /** Counts a process among them that nothing but its deeds tells. */
  adopt(stat: ProcessStat): void {
    this.#known.set(keyOf(stat), stat);
    if (stat.session === stat.pid) this.#sessions.add(stat.session);
  }

  /** Whether a process is in a session that one of them leads, which can only be joined by birth. */
  leads({ session }: Pick<ProcessStat, 'session'>): boolean {
    return this.#sessions.has(session);
  }

  /** When the first of them started. */
  get firstTicks(): number {
    return Math.min(...[...this.#known.values()].map(({ startTicks }) => startTicks));
  }

  /** Of all that were seen, also of those that are gone. */
  get pids(): readonly number[] {
    return [...new Set([...this.#known.values()].map(({ pid }) => pid))];
  }

  isKnown(stat: Pick<ProcessStat, 'pid' | 'startTicks'>): boolean {
    return this.#known.has(keyOf(stat));
  }

  #belongs(stat: ProcessStat, table: ReadonlyMap<number, ProcessStat>): boolean {
    const parent = table.get(stat.parentPid);
    return (
      (parent !== undefined && this.isKnown(parent)) ||
      this.#sessions.has(stat.session) ||
      hasInEnvironment(stat.pid, this.#assignment)
    );
  }
}

function keyOf({ pid, startTicks }: Pick<ProcessStat, 'pid' | 'startTicks'>): string {
  return `${pid}:${startTicks}`;
}

function isAlive({ state }: ProcessStat): boolean {
  return state !== 'Z' && state !== 'X';
}
