import { basename } from 'node:path';
import type { ProcessStat } from '../proc/parse/process-stat.js';
import { readCommand } from '../proc/process.js';
import { signalProcess } from './end.js';
import type { StartedServer } from './server.js';

/**
 * Who is to be told something: the command itself while it lives, else those that have no parent in the family. Of a
 * wrapper (`sh -c`, npm), what it has started: a shell would die of the signal, and leave the server behind.
 */
export function headsOf(
  { exit, pid: leader }: Pick<StartedServer, 'exit' | 'pid'>,
  alive: readonly ProcessStat[],
): readonly ProcessStat[] {
  const isLeader = exit ? [] : alive.filter(({ pid }) => pid === leader);
  const pids = new Set(alive.map(({ pid }) => pid));
  const tops = isLeader.length > 0 ? isLeader : alive.filter(({ parentPid }) => !pids.has(parentPid));
  return tops.flatMap(top => withoutWrapper(top, alive));
}

function withoutWrapper(top: ProcessStat, alive: readonly ProcessStat[]): readonly ProcessStat[] {
  const children = alive.filter(({ parentPid }) => parentPid === top.pid);
  if (children.length === 0 || !isWrapper(top)) return [top];
  return children.flatMap(child => withoutWrapper(child, alive));
}

/** It starts the server and waits for it, and does nothing else. */
export function isWrapper({ pid }: Pick<ProcessStat, 'pid'>): boolean {
  const [program = '', script = ''] = readCommand(pid).map(word => basename(word));
  // npm writes its title over its arguments: "npm run start".
  if (WRAPPERS.test(program.split(' ')[0] ?? '')) return true;
  return INTERPRETERS.test(program) && WRAPPERS.test(script.replace(/(-cli)?\.[cm]?js$/, ''));
}

const WRAPPERS =
  /^-?(sh|dash|ash|bash|zsh|ksh|busybox|npm|npx|yarn|pnpm|bundle|bundler|make|timeout|nohup|env|dumb-init|tini|poetry|pipenv|uv)$/;
const INTERPRETERS = /^(node|ruby|python)[\d.]*$/;

/** Everybody in the family but its heads. */
export function workersOf(server: StartedServer): readonly ProcessStat[] {
  const alive = server.look();
  const heads = headsOf(server, alive);
  return alive.filter(stat => !heads.includes(stat) && !isWrapper(stat));
}

/** A signal for the heads alone, who tell the others. */
export function signalHeads(server: StartedServer, name: NodeJS.Signals): void {
  for (const stat of headsOf(server, server.look())) signalProcess(stat, name, server.world.kill);
}
