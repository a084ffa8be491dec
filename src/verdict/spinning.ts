import type { Evidence } from './evidence.js';
import { identity } from './held.js';

/** Percent of one CPU that the tree used while it was left alone; undefined when that was too short to tell. */
export function idleCpuPercent({ quiet }: Evidence): number | undefined {
  if (!quiet) return undefined;
  const { from, to } = quiet;
  const wallMs = to.atMs - from.atMs;
  if (wallMs < LEAST_MS) return undefined;
  const started = new Map(from.processes.map(process => [identity(process), process.cpuTicks]));
  const ticks = to.processes.reduce(
    (sum, process) => sum + process.cpuTicks - (started.get(identity(process)) ?? process.cpuTicks),
    0,
  );
  return (ticks * TICK_MS * 100) / wallMs;
}

/** A server that nobody talks to and that still keeps a CPU busy: a poll loop that ignores EOF, or EMFILE. */
export function isSpinning(evidence: Evidence): boolean {
  return (idleCpuPercent(evidence) ?? 0) >= SPINNING_PERCENT;
}

/** CPU time is counted in ticks of 10 ms (USER_HZ): "idle" needs ten of them at least. */
const TICK_MS = 10;
const LEAST_MS = 200;
/** An idle server uses nothing; one that spins shares its CPU with whatever else runs on the machine. */
const SPINNING_PERCENT = 25;
