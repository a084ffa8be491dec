import { readFds } from './fds.js';
import { readProcTextOrNothing } from './file.js';
import { folderOf } from './folder.js';
import type { ProcessStat } from './parse/process-stat.js';
import { listPids, ownPid, readExecutable, readStat } from './process.js';

/**
 * Every process that can be seen now, by pid. One that exits during the reading is left out. One that was born meanwhile,
 * or lost its parent, is read again: of a double fork that is under way nothing would be seen else, neither the child that
 * has ended nor the grandchild that has come, and the server would seem to have nothing left.
 */
export function readProcessTable(): ReadonlyMap<number, ProcessStat> {
  const table = new Map<number, ProcessStat>();
  const read = (pid: number) => {
    const stat = readStat(pid);
    if (stat) table.set(pid, stat);
    else table.delete(pid);
  };
  let unread = listPids();
  for (let turn = 0; unread.length > 0 && turn < MAX_READINGS; turn++) {
    for (const pid of unread) read(pid);
    const pids = listPids();
    const listed = new Set(pids);
    for (const pid of table.keys()) if (!listed.has(pid)) table.delete(pid);
    unread = pids.filter(pid => {
      const stat = table.get(pid);
      return stat === undefined || (stat.parentPid > 0 && !listed.has(stat.parentPid));
    });
  }
  return table;
}

/** A machine on which processes come and go all the time is never seen at one moment. */
const MAX_READINGS = 4;

/**
 * The roots and all that descend from them, zombies too, parents before children, orphans last.
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
  const add = (more: readonly ProcessStat[]) => {
    const queue = [...more];
    for (let stat = queue.shift(); stat; stat = queue.shift()) {
      if (seen.has(stat.pid)) continue;
      seen.add(stat.pid);
      found.push(stat);
      queue.push(...(children.get(stat.pid) ?? []));
    }
  };
  const tops = roots.flatMap(pid => table.get(pid) ?? []);
  add(tops);
  // An orphan may lead a session of its own, in which further ones are found.
  const candidates = mayBeOrphans(table, tops);
  for (let before = -1; before < found.length; ) {
    before = found.length;
    add(orphansOf(tops, found, candidates, table).filter(({ pid }) => !seen.has(pid)));
  }
  return found;
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

/** The same, and orphans. */
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

type Table = ReadonlyMap<number, ProcessStat>;

/**
 * Processes that may have come of the roots by a double fork: younger than them, and children of one who adopts orphans.
 * That is pid 1 or a subreaper (tini, systemd --user, a test runner), in any case an ancestor of a root. It may be its
 * very parent, whose other children are nobody's orphans. A zombie is left out: it is its new parent who has not waited.
 */
function mayBeOrphans(table: Table, roots: readonly ProcessStat[]): ProcessStat[] {
  const adopters = new Set([1, ...roots.flatMap(root => ancestors(root, table))]);
  const since = Math.min(...roots.map(({ startTicks }) => startTicks));
  return [...table.values()].filter(
    ({ state, parentPid, startTicks }) =>
      adopters.has(parentPid) && startTicks >= since && state !== 'Z' && state !== 'X',
  );
}

function ancestors({ pid, parentPid }: ProcessStat, table: Table): number[] {
  const found: number[] = [];
  for (let at = parentPid; at > 0 && at !== pid && !found.includes(at); at = table.get(at)?.parentPid ?? 0) {
    found.push(at);
  }
  return found;
}

/** Those of the candidates that belong to a tree, by any of the marks that a fork leaves and an orphan keeps. */
function orphansOf(
  roots: readonly ProcessStat[],
  tree: readonly ProcessStat[],
  candidates: readonly ProcessStat[],
  table: Table,
): ProcessStat[] {
  if (candidates.length === 0) return [];
  const byPid = new Map(tree.map(stat => [stat.pid, stat]));
  // The oldest of an image: a child of a double fork may be gone before it can be asked for its program.
  const images = new Map(
    tree.flatMap(stat => (stat.image === undefined ? [] : [[stat.image, stat] as const])).reverse(),
  );
  const known = new Set([...tree, ...candidates].map(({ pid }) => pid));
  // Where a test runner forks two servers, an orphan may be the other one's, or its own. One whose parent went during
  // the reading is nobody's yet.
  for (const { pid, parentPid, image } of table.values())
    if (image !== undefined && !known.has(pid) && table.has(parentPid)) images.delete(image);
  return candidates.filter(stat => {
    if (byPid.has(stat.pid)) return false;
    // A session can only be joined by birth.
    if (stat.session > 0 && byPid.has(stat.session)) return true;
    const leader = stat.processGroup > 0 ? byPid.get(stat.processGroup) : undefined;
    if (leader && !isOfPipeline(stat, leader)) return true;
    const twin = stat.image === undefined ? undefined : images.get(stat.image);
    return (twin !== undefined && isForkOf(stat, twin)) || roots.some(root => isKnownBy(stat, root, table));
  });
}

/** A shell puts the programs of a pipeline into the group of the first one, and starts them at the same time. */
function isOfPipeline(stat: ProcessStat, leader: ProcessStat): boolean {
  return (
    stat.parentPid === leader.parentPid &&
    stat.startTicks - leader.startTicks < TICKS_OF_PIPELINE &&
    !runTheSame(stat, leader)
  );
}

/**
 * The same program at the same places was executed once and forked since, wherever it went: a daemon leaves session and
 * group. Another instance of the program has other places.
 */
function isForkOf(stat: ProcessStat, twin: ProcessStat): boolean {
  return runTheSame(stat, twin) && hasPlacesByLot(stat);
}

/**
 * One that has executed a program since, or was given no places by lot. In the group of the root, and of its program, it
 * is the root's unless it was executed on its own: two servers that a script starts have one group. Then, and for any
 * other of the group, the session or the program, it is asked what both hold.
 */
function isKnownBy(stat: ProcessStat, root: ProcessStat, table: Table): boolean {
  if (stat.startTicks < root.startTicks) return false;
  const ofGroup = stat.processGroup === root.processGroup && stat.processGroup > 0;
  const ofSession = stat.session === root.session && stat.session > 0;
  const ofProgram = runTheSame(stat, root);
  const mayBeSibling =
    stat.parentPid === root.parentPid || table.get(stat.parentPid)?.processGroup === root.processGroup;
  const wasExecuted = stat.image !== undefined && stat.image !== root.image && hasPlacesByLot(stat);
  if (ofGroup && ofProgram && !mayBeSibling && !wasExecuted) return true;
  return (ofGroup || ofSession || ofProgram) && shareSocket(stat, root);
}

function runTheSame(a: ProcessStat, b: ProcessStat): boolean {
  return remember(`program ${keyOf(a)} ${keyOf(b)}`, () => {
    const programs = [readExecutable(a.pid), readExecutable(b.pid)];
    return programs.includes(undefined) ? undefined : programs[0] === programs[1];
  });
}

/** Whether execve(2) draws where a program lies: not under a debugger, nor with `setarch -R`. */
function hasPlacesByLot(stat: ProcessStat): boolean {
  return remember(`lot ${keyOf(stat)}`, () => {
    const personality = readProcTextOrNothing(`${folderOf(stat.pid)}/personality`);
    if (personality === undefined) return undefined;
    if ((Number.parseInt(personality, 16) & ADDR_NO_RANDOMIZE) !== 0) return false;
    return readProcTextOrNothing('/proc/sys/kernel/randomize_va_space')?.trim() !== '0';
  });
}

/** Listening or connected, it was inherited. The standard streams may be sockets of whoever started both. */
function shareSocket(a: ProcessStat, b: ProcessStat): boolean {
  return remember(`sockets ${keyOf(a)} ${keyOf(b)}`, () => {
    const ofA = socketsOf(a.pid);
    return ofA.length > 0 && socketsOf(b.pid).some(inode => ofA.includes(inode));
  });
}

function socketsOf(pid: number): number[] {
  const fds = readFds(pid);
  if (typeof fds === 'string') return [];
  return fds.filter(({ kind, number }) => kind === 'socket' && number > 2).map(({ inode }) => inode);
}

/** The image too: a child is of its parent's program until it executes its own. */
function keyOf({ pid, startTicks, image }: ProcessStat): string {
  return `${pid}:${startTicks}:${image}`;
}

/**
 * What was told once does not change, and a server is looked at ten times a second, with perhaps a hundred daemons of the
 * machine beside it. What could not be read (undefined) counts as no, and is asked again.
 */
function remember(key: string, look: () => boolean | undefined): boolean {
  const known = seen.get(key);
  if (known !== undefined) return known;
  const told = look();
  if (told === undefined) return false;
  if (seen.size >= MAX_REMEMBERED) seen.clear();
  seen.set(key, told);
  return told;
}

const seen = new Map<string, boolean>();
const MAX_REMEMBERED = 20_000;
const ADDR_NO_RANDOMIZE = 0x0040000;
/** A second. */
const TICKS_OF_PIPELINE = 100;
