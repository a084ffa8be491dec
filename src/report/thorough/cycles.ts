import type { Report, ReportedCycles, ReportedRun } from '../report.js';

/** The cycles of all rows that the server was judged by, together. */
export function sumCycles(reports: readonly Report[], runs: readonly ReportedRun[]): ReportedCycles {
  const all = reports.flatMap(({ cycles }) => cycles ?? []);
  const sum = (of: (cycles: ReportedCycles) => number) =>
    all.reduce((total, cycles) => total + of(cycles), 0);
  const completed = sum(cycles => cycles.completed);
  const durationMs = Math.round(10 * sum(cycles => cycles.durationMs)) / 10;
  const failures: Record<string, number> = {};
  for (const [kind, count] of all.flatMap(cycles => Object.entries(cycles.failures))) {
    failures[kind] = (failures[kind] ?? 0) + count;
  }
  return {
    requested: sum(cycles => cycles.requested),
    completed,
    failed: sum(cycles => cycles.failed),
    warmup: sum(cycles => cycles.warmup),
    confirmation: sum(cycles => cycles.confirmation),
    accepted: sum(cycles => cycles.accepted),
    acceptQueue: all.at(-1)?.acceptQueue ?? 0,
    connections: sum(cycles => cycles.connections),
    listenOverflows: sum(cycles => cycles.listenOverflows),
    listenDrops: sum(cycles => cycles.listenDrops),
    concurrency: Math.max(1, ...all.map(({ concurrency }) => concurrency)),
    clients: runs.filter(({ client, cells }) => cells && client !== 'mixed').map(({ client }) => client),
    durationMs,
    ratePerSecond: durationMs > 0 ? Math.round((completed / durationMs) * 1_000) : 0,
    stopped: all.find(({ stopped }) => stopped !== null)?.stopped ?? null,
    failures,
  };
}
