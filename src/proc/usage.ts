import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import pidusage from 'pidusage';
import { missingBecause } from './file.js';
import { ownPid, readEnvironment, readStatus } from './process.js';

/**
 * Resident memory of long-lived processes, in bytes by pid, through pidusage. A process that is gone is left out.
 *
 * The options are not a matter of taste: pidusage 4.1 keeps /proc/PID/stat open for `maxage` milliseconds, opens it
 * without end at 0, drops the handle unclosed on clear(), and reads another source under PIDUSAGE_USE_PS. Where it expires
 * while it is being read, it is closed, kept for later as if it were open, and closed again, when the number is somebody
 * else's: on a machine without CPU a second was passed in one turn of the loop, and close() of a file of ours then failed
 * with EBADF. So it has to be longer than any such turn.
 */
export async function readRssBytes(
  pids: readonly number[],
  canAsk = hasGetconf(),
): Promise<ReadonlyMap<number, number>> {
  if (pids.length === 0) return new Map();
  if (!canAsk) return readRssWithoutPidusage(pids);
  await primed;
  // Where none of them is left, it rejects instead.
  const stats = await pidusage([...pids], { maxage: MAX_AGE_MS, usePs: false }).catch(error => {
    missingBecause(error);
    return {};
  });
  return new Map(Object.values(stats).flatMap(stat => (stat ? [[stat.pid, stat.memory]] : [])));
}

/**
 * Makes pidusage's very first call, which starts getconf twice and takes 10 ms, while something else goes on. Until it is
 * answered every further call would start them again: those wait.
 */
export function primeRss(): void {
  primed ??= readRssBytes([ownPid()]);
}

/**
 * pidusage asks getconf(1) for the size of a page. Small images have none; then it prints a stack and takes 4096 bytes,
 * which is wrong on some ARM machines. VmRSS is in KiB wherever it is.
 */
function readRssWithoutPidusage(pids: readonly number[]): ReadonlyMap<number, number> {
  return new Map(
    pids.flatMap(pid => {
      const bytes = readStatus(pid)?.rssBytes;
      return bytes === undefined ? [] : [[pid, bytes] as const];
    }),
  );
}

function hasGetconf(): boolean {
  const { PATH = '/usr/local/bin:/usr/bin:/bin' } = readEnvironment(ownPid());
  return PATH.split(delimiter).some(folder => existsSync(join(folder, 'getconf')));
}

let primed: Promise<unknown> | undefined;

const MAX_AGE_MS = 30_000;
