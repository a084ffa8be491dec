import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { ownPid, readStat } from '../proc/process.js';
import { Family, MARK } from './family.js';
import { type Guard, postGuard } from './guard.js';
import type { World } from './world.js';

/** A process that was just started, who will descend from it, and the guard that outlives us. */
export interface Supervised {
  readonly child: ChildProcess;
  readonly family: Family;
  readonly guard: Guard;
}

/**
 * The one way in which churn starts programs of others: without a shell, in a session of their own, marked, guarded.
 * @throws the error of spawn(2), and nothing is left.
 */
export async function spawnSupervised(
  [file = '', ...args]: readonly string[],
  {
    argv0,
    stdio,
    env,
  }: { readonly argv0?: string; readonly stdio: StdioOptions; readonly env: World['env'] },
  { nodePath }: Pick<World, 'nodePath'>,
): Promise<Supervised> {
  const mark = randomBytes(8).toString('hex');
  const sinceTicks = readStat(ownPid())?.startTicks ?? 0;
  const guard = postGuard(nodePath, mark, sinceTicks);
  try {
    const child = spawn(file, args, {
      ...(argv0 === undefined ? {} : { argv0 }),
      stdio,
      detached: true,
      env: { ...env, [MARK]: mark },
    });
    await once(child, 'spawn');
    guard.tell(child.pid ?? 0);
    const family = new Family(mark, sinceTicks);
    const stat = readStat(child.pid ?? 0);
    if (stat) family.adopt(stat);
    return { child, family, guard };
  } catch (error) {
    await guard.dismiss();
    throw error;
  }
}
