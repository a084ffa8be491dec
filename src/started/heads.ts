import type { ProcessStat } from '../proc/parse/process-stat.js';
import { signalProcess } from './end.js';
import type { StartedServer } from './server.js';

/** The command itself while it lives, else those that have no parent in the family. */
export function headsOf(
  { exit, pid: leader }: Pick<StartedServer, 'exit' | 'pid'>,
  alive: readonly ProcessStat[],
): readonly ProcessStat[] {
  const isLeader = exit ? [] : alive.filter(({ pid }) => pid === leader);
  if (isLeader.length > 0) return isLeader;
  const pids = new Set(alive.map(({ pid }) => pid));
  return alive.filter(({ parentPid }) => !pids.has(parentPid));
}

/** Everybody in the family but its heads. */
export function workersOf(server: StartedServer): readonly ProcessStat[] {
  const alive = server.look();
  const heads = headsOf(server, alive);
  return alive.filter(stat => !heads.includes(stat));
}

/** A signal for the heads alone, who tell the others. */
export function signalHeads(server: StartedServer, name: NodeJS.Signals): void {
  for (const stat of headsOf(server, server.look())) signalProcess(stat, name, server.world.kill);
}
