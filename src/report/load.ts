import type { Evidence } from '../verdict/evidence.js';
import type { Latency } from '../workload/stopwatch.js';
import type { ReportedHold, ReportedLatency } from './reported-load.js';

export function reportLatency(latency: Latency | undefined): ReportedLatency | null {
  if (!latency) return null;
  const { since, late, connect, reply } = latency;
  return { since, late: late ?? null, connect: connect ?? null, reply: reply ?? null };
}

/** What holding silent clients told: whether others were served, and what each of them cost the server. */
export function reportHold({ hold, held, originOf, cycles }: Evidence): ReportedHold | null {
  if (!hold) return null;
  const stalled = cycles.stopped === 'accept-stalled' || cycles.stopped === 'deadlines';
  const { idle, holding, serviceMs } = hold;
  const sorted = [...serviceMs].sort((one, other) => one - other);
  const per = (now: number | undefined, before: number | undefined) =>
    now === undefined || before === undefined || hold.accepted === 0
      ? null
      : Math.round((100 * (now - before)) / hold.accepted) / 100;
  const round = (ms: number | undefined) => (ms === undefined ? null : Math.round(ms * 1_000) / 1_000);
  return {
    requested: hold.wanted,
    opened: hold.opened,
    accepted: hold.accepted,
    endedByServer: hold.ended,
    failures: Object.fromEntries(Object.entries(hold.failures)),
    end: hold.end,
    othersServed: hold.aloneMs === undefined ? null : !hold.blocked && !stalled,
    servedBy: hold.servedBy,
    probes: serviceMs.length,
    aloneMs: round(hold.aloneMs),
    medianMs: round(sorted[sorted.length >> 1]),
    maxMs: round(sorted.at(-1)),
    perClient: {
      fds: per(holding.fds, idle.fds),
      anonBytes: per(holding.anonBytes, idle.anonBytes),
      threads: per(holding.threads, idle.threads),
      processes: per(holding.processes, idle.processes),
    },
    forgotten: held.filter(
      ({ role, connection }) =>
        role === 'connection' && connection !== undefined && originOf(connection).phase === 'hold',
    ).length,
  };
}
