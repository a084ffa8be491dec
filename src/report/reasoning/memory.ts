import { formatBytes, formatCount } from '../../units.js';
import type { Reasoning } from '../../verdict/reasoning.js';

/** What memory was judged by. */
export function memorySteps(memory: Reasoning['memory']): string[] {
  const { trend, touched, heap, rounds, from, to, leakBytes, warmConnections, runtime, grownBytes, state } =
    memory;
  if (!trend) return [`${STATES[state]}: there were too few readings for a trend.`];
  const interval = `between ${decimal(trend.low)} and ${decimal(trend.high)} B`;
  return [
    `${rounds} readings at rest, connections ${formatCount(from)} to ${formatCount(to)}: ${formatBytes(grownBytes)} more at the end of them.`,
    `Theil-Sen: ${decimal(trend.slope)} B per connection, ${interval} with 95 % confidence. Mann-Kendall: Z ${trend.z.toFixed(1)}; above 2.6 it rises.`,
    ...(touched ? [touchedStep(touched)] : []),
    ...(heap ? [heapStep(heap)] : []),
    `A leak in a ${RUNTIMES[runtime]} is more than ${leakBytes} B per connection, after a warm-up of up to ${formatCount(warmConnections)} connections.`,
    `${STATES[state]}.`,
  ];
}

function touchedStep({ slope, low, high }: NonNullable<Reasoning['memory']['touched']>): string {
  return `Used for the first time since the warm-up, in room that the server had or in new: ${decimal(slope)} B per connection, between ${decimal(low)} and ${decimal(high)} B.`;
}

function heapStep({ slope, low, high, span }: NonNullable<Reasoning['memory']['heap']>): string {
  return `What garbage collections left, connections ${formatCount(span[0])} to ${formatCount(span[1])}: lately ${decimal(slope)} B per connection, between ${decimal(low)} and ${decimal(high)} B.`;
}

const STATES: Readonly<Record<Reasoning['memory']['state'], string>> = {
  flat: 'No growth that could be told from noise',
  suspect: 'It rises, or is too noisy to tell: not decided',
  grows: 'It went on rising at the same pace',
  unmeasured: 'Not judged',
};

const RUNTIMES: Readonly<Record<Reasoning['memory']['runtime'], string>> = {
  native: 'program with malloc',
  interpreted: 'program of an interpreter',
  managed: 'program with a collected heap',
  jvm: 'JVM',
};

function decimal(value: number): string {
  return Math.abs(value) >= 100 ? formatCount(value) : String(Number(value.toFixed(1)) + 0);
}
