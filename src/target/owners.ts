import { findHolders } from '../proc/holders.js';
import type { ProcessStat } from '../proc/parse/process-stat.js';
import { ownPid, readExecutable } from '../proc/process.js';
import { isAncestor, readProcessTable } from '../proc/tree.js';
import type { Listener } from './listener.js';

/** Who serves a set of listening sockets. */
export interface Owners {
  /** The topmost process of each server: master, or the one process. Several when unrelated ones share the port. */
  readonly servers: ReadonlyArray<readonly ProcessStat[]>;
  /** The socket waits in pid 1 (socket activation), and nobody else has it yet. */
  readonly onlyInit: boolean;
  /** Some processes could not be looked into, and a listening socket has no owner among those that could. */
  readonly hidden: boolean;
}

export function findOwners(listeners: readonly Listener[]): Owners {
  const holders = findHolders(new Set(listeners.map(listener => listener.inode)));
  const table = readProcessTable();
  const byInode = listeners.map(listener => holders.byInode.get(listener.inode) ?? []);
  const all = [...new Set(byInode.flat())];
  const others = all.filter(pid => pid !== 1);
  const pids = others.length > 0 ? others : all;
  const tops = topmost(
    table,
    pids.flatMap(pid => table.get(pid) ?? []),
  );
  return {
    servers: groupRelated(tops, byInode, table),
    onlyInit: all.length > 0 && others.length === 0,
    hidden: holders.denied.length > 0 && byInode.some(owners => owners.length === 0),
  };
}

/** A holder below another holder is its child; only the upper one is a root. */
function topmost(table: ReadonlyMap<number, ProcessStat>, holders: readonly ProcessStat[]): ProcessStat[] {
  return holders.filter(({ pid }) => !holders.some(other => isAncestor(table, other.pid, pid)));
}

/**
 * Processes are one server when they share a listening socket (it was inherited or passed), or belong to one process
 * group, or run one program: an SO_REUSEPORT group of equals. Their common parent joins them when it runs the same
 * program: a master that has closed the socket itself.
 */
function groupRelated(
  tops: readonly ProcessStat[],
  byInode: ReadonlyArray<readonly number[]>,
  table: ReadonlyMap<number, ProcessStat>,
): ProcessStat[][] {
  const groups: ProcessStat[][] = [];
  for (const top of tops) {
    const related = groups.find(group => group.some(member => areRelated(member, top, byInode)));
    if (related) related.push(top);
    else groups.push([top]);
  }
  return groups.map(group => withMaster(group, table));
}

function areRelated(a: ProcessStat, b: ProcessStat, byInode: ReadonlyArray<readonly number[]>): boolean {
  if (a.processGroup === b.processGroup) return true;
  if (byInode.some(pids => pids.includes(a.pid) && pids.includes(b.pid))) return true;
  const program = readExecutable(a.pid);
  return program !== undefined && program === readExecutable(b.pid) && a.parentPid === b.parentPid;
}

function withMaster(group: ProcessStat[], table: ReadonlyMap<number, ProcessStat>): ProcessStat[] {
  const [first] = group;
  if (!first || first.parentPid <= 1 || group.some(({ parentPid }) => parentPid !== first.parentPid))
    return group;
  const parent = table.get(first.parentPid);
  const sameProgram = parent && readExecutable(parent.pid) === readExecutable(first.pid);
  const isShell = parent !== undefined && group.length < 2;
  return parent && sameProgram && !isShell && parent.pid !== ownPid() ? [parent] : group;
}
