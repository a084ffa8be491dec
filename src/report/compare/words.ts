import { formatBytes, formatCount } from '../../units.js';
import type { ComparedFigure, ComparedFinding, Comparison } from './comparison.js';

const SAID = {
  up: 'more than the noise explains',
  down: 'less than the noise explains',
  'within-noise': 'no more than the noise',
  'too-little-data': 'too little data to compare: run with more --cycles',
} as const satisfies Record<ComparedFigure['said'], string>;

/** "fd 10 → 1010" in words: what was, what is, and how they compare. */
export function findingWords({ old, new: next, ratio }: ComparedFinding): string {
  const side = (given: ComparedFinding['old']) => (given ? given.title : 'not found');
  const times = ratio === null ? '' : ` (${formatRatio(ratio)} per cycle)`;
  return `${side(old)} → ${side(next)}${times}`;
}

/** The rows for rate and memory: name, old, new, ratio, what that says. */
export function figureRows({ rate, memory }: Comparison): string[][] {
  const perSecond = (value: number) => `${formatCount(value)}/s`;
  const perCycle = (value: number) => `${formatBytes(Math.round(value))}/cycle`;
  return [
    [
      'rate',
      side(rate.old, rate.oldNoise, perSecond),
      side(rate.new, rate.newNoise, perSecond),
      ...saying(rate),
    ],
    [
      'memory',
      side(memory.old, memory.oldNoise, perCycle),
      side(memory.new, memory.newNoise, perCycle),
      ...saying(memory),
    ],
  ];
}

function side(value: number | null, noise: number | null, format: (value: number) => string): string {
  if (value === null) return 'unknown';
  return noise === null ? format(value) : `${format(value)} ± ${format(noise).replace(/\/.*/, '')}`;
}

function saying({ ratio, said }: ComparedFigure): [string, string] {
  return [ratio === null ? '–' : formatRatio(ratio), SAID[said]];
}

function formatRatio(ratio: number): string {
  return `× ${ratio >= 100 ? formatCount(ratio) : String(Number(ratio.toPrecision(3)))}`;
}
