import { basename } from 'node:path';
import { ChurnError } from '../errors.js';
import { ownPid, readLimits, readProgramPath, readStat } from '../proc/process.js';
import { findProgram } from './program.js';
import type { World } from './world.js';

/**
 * The words before a command that give it its limit of open files: prlimit(1) sets it and becomes the command, so the
 * pid stays. Node raises its own soft limit at start, and a child would inherit that; without a wish the server gets
 * what a shell would have given it.
 *
 * @throws ChurnError when the limit cannot be set.
 */
export function limitWords(openFiles: number | undefined, env: World['env']): readonly string[] {
  const own = readLimits(ownPid()).openFiles;
  const usual = within(own, softLimitOfShell());
  if (openFiles === undefined && (usual === undefined || usual === own)) return [];
  const prlimit = pathOf('prlimit', env);
  if (openFiles === undefined) return prlimit === undefined ? [] : [prlimit, `--nofile=${usual}:`, '--'];
  if (prlimit === undefined) {
    throw new ChurnError(
      'usage',
      '--nofile needs the program prlimit, which is not installed.',
      'It comes with util-linux. Or set the limit in a shell: ulimit -n 64; churn --port 9000 -- ./server',
    );
  }
  if (own !== undefined && openFiles > own) {
    throw new ChurnError(
      'own-limit',
      `--nofile ${openFiles} is more than churn itself may have (${own}).`,
      'Take a smaller one: the limit is there to be hit.',
    );
  }
  return [prlimit, `--nofile=${openFiles}:${openFiles}`, '--'];
}

/** Whoever lowered our hard limit may have become us: sh -c 'ulimit -n 64; exec churn …'. */
function within(own: number | undefined, wanted: number | undefined): number | undefined {
  return own === undefined || wanted === undefined ? wanted : Math.min(own, wanted);
}

/** That of the next ancestor that is no Node program. */
function softLimitOfShell(): number | undefined {
  for (let pid = readStat(ownPid())?.parentPid; pid; pid = readStat(pid)?.parentPid) {
    const path = readProgramPath(pid);
    if (path === undefined) return undefined;
    if (!/^node/.test(basename(path))) return readLimits(pid).openFiles;
  }
  return undefined;
}

function pathOf(program: string, env: World['env']): string | undefined {
  try {
    return findProgram(program, env);
  } catch {
    return undefined;
  }
}

/** Where the server is to listen; neither: wherever it does. */
export interface Wanted {
  readonly port: number | undefined;
  readonly unix: string | undefined;
}
