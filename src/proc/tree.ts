import type { ProcessStat } from './parse/process-stat.js';
import { listPids, ownPid, readExecutable, readStat } from './process.js';

/** Every process that can be seen now, by pid. One that exits during the reading is left out. */
export function readProcessTable(): ReadonlyMap<number, ProcessStat> {
  const table = new Map<number, ProcessStat>();
  for (const pid of listPids()) {
    const stat = readStat(pid);
    if (stat) table.set(pid, stat);
  }
  return table;
}

/**
 * The roots and all that descend from them, zombies too, parents before children.
 * `exclude` and what descends from it is left out: churn itself may be a child of the server that it tests.
 */
export function descendants(
  table: ReadonlyMap<number, ProcessStat>,
  roots: readonly number[],
  exclude = ownPid(),
): ProcessStat[] {
  const children = new Map<number, ProcessStat[]>();
  for (const stat of table.values()) {
    const siblings = children.get(stat.parentPid);
    if (siblings) siblings.push(stat);
    else children.set(stat.parentPid, [stat]);
  }
  const seen = new Set<number>([exclude]);
  const found: ProcessStat[] = [];
  const queue = roots.flatMap(pid => table.get(pid) ?? []);
  queue.push(...queue.flatMap(root => orphansOf(root, table)));
  for (let stat = queue.shift(); stat; stat = queue.shift()) {
    if (seen.has(stat.pid)) continue;
    seen.add(stat.pid);
    found.push(stat);
    queue.push(...(children.get(stat.pid) ?? []));
  }
  return found;
}

/**
 * Children whose own parent has exited (a double fork) belong to init now, and only the process group tells whose they
 * were. They must run the same program, and must not be mere siblings: in a container all may be children of pid 1.
 */
function orphansOf(root: ProcessStat, table: ReadonlyMap<number, ProcessStat>): ProcessStat[] {
  const candidates = [...table.values()].filter(
    ({ pid, state, processGroup, parentPid, startTicks }) =>
      pid !== root.pid &&
      state !== 'Z' &&
      processGroup === root.processGroup &&
      startTicks >= root.startTicks &&
      parentPid !== root.parentPid &&
      table.get(parentPid)?.processGroup !== root.processGroup,
  );
  if (candidates.length === 0) return [];
  const program = readExecutable(root.pid);
  return candidates.filter(({ pid }) => program !== undefined && readExecutable(pid) === program);
}

/** Whether a process is one of the roots or descends from one, as far as its living parents tell: 20 µs for each of them. */
export function descendsFrom(pid: number, roots: readonly number[]): boolean {
  const seen = new Set<number>();
  for (let at: number | undefined = pid; at && !seen.has(at); at = readStat(at)?.parentPid) {
    if (roots.includes(at)) return true;
    seen.add(at);
  }
  return false;
}

/** The same, and orphans of the same program. */
export function isWithin(pid: number, roots: readonly number[]): boolean {
  return descendsFrom(pid, roots) || descendants(readProcessTable(), roots).some(stat => stat.pid === pid);
}

export function isAncestor(table: ReadonlyMap<number, ProcessStat>, ancestor: number, pid: number): boolean {
  // The table is not read at one moment, so pids that were reused meanwhile could form a ring.
  const seen = new Set([pid]);
  for (let at = table.get(pid)?.parentPid; at && !seen.has(at); at = table.get(at)?.parentPid) {
    if (at === ancestor) return true;
    seen.add(at);
  }
  return false;
}
