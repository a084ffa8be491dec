import pidusage from 'pidusage';

/**
 * Resident memory of long-lived processes, in bytes by pid, through pidusage. A process that is gone is left out.
 *
 * The options are not a matter of taste: pidusage 4.1 keeps /proc/PID/stat open for `maxage` milliseconds, opens it
 * without end at 0, drops the handle unclosed on clear(), and reads another source under PIDUSAGE_USE_PS.
 * Its very first call starts getconf twice, so the first call is best made while there is nothing else to do.
 */
export async function readRssBytes(pids: readonly number[]): Promise<ReadonlyMap<number, number>> {
  if (pids.length === 0) return new Map();
  const stats = await pidusage([...pids], { maxage: 1_000, usePs: false });
  return new Map(Object.values(stats).flatMap(stat => (stat ? [[stat.pid, stat.memory]] : [])));
}
