import type { Finding, GrowthFinding, ReloadFinding } from '../finding.js';
import type { Reloaded } from '../life.js';

/** Old workers have to go, and clients in the middle of a request must not be cut off. */
export function judgeReload(reloaded: Reloaded | undefined, connections: number): Finding[] {
  if (!reloaded) return [];
  const { signal, sent: reloads, more, stale, watched, cutOff } = reloaded;
  const perCycle = (count: number) => count / Math.max(1, connections);
  const staying: GrowthFinding<'child'> = {
    ...{ kind: 'child', severity: 'fail', count: more, perCycle: perCycle(more) },
    ...{ perRound: [], limit: undefined, connectionsLeft: undefined, stale: { reloads, pids: stale } },
  };
  const cut: ReloadFinding = {
    ...{ kind: 'reload', severity: 'fail', count: cutOff, perCycle: perCycle(cutOff) },
    ...{ signal, reloads, watched },
  };
  return [...(staysBehind(reloaded) ? [staying] : []), ...(isCutOff(reloaded) ? [cut] : [])];
}

/** A helper may be started with the first reload; what comes with each of them and never goes is no helper. */
function staysBehind({ more, stale, sent }: Reloaded): boolean {
  return sent >= 2 && more >= sent && stale.length > 0;
}

function isCutOff({ cutOff, endsByItself }: Reloaded): boolean {
  return cutOff > 0 && !endsByItself;
}
