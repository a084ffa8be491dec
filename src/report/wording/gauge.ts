import { formatBytes } from '../../units.js';
import type { GaugeFinding } from '../../verdict/finding.js';
import { escapeText } from '../escape.js';
import { EXPLANATIONS } from './explain/table.js';
import { formatNumber, ratio, rounds, signed } from './numbers.js';

/** "hikaricp_connections_active 0 → 10, and it does not come back". */
export function gaugeTitle(finding: GaugeFinding): string {
  const { name, before, after, grows, perCycle, manner } = finding;
  const format = formatOf(finding);
  const how = !grows
    ? 'and it does not come back'
    : manner === 'trend'
      ? `${formatBytes(perCycle)} per cycle`
      : ratio(perCycle);
  return `${escapeText(name)} ${format(before)} → ${format(after)}, ${how}`;
}

export function gaugeCause({ manner, grows }: GaugeFinding): string {
  if (manner === 'trend') return 'by its own count the server keeps memory for every connection';
  return grows ? 'by its own count the server keeps something of every connection' : EXPLANATIONS.gauge.cause;
}

export function gaugeEvidence(finding: GaugeFinding): string[] {
  const { grows, perRound, manner } = finding;
  const latest = perRound.slice(-MOST_ROUNDS);
  if (manner === 'trend') {
    return [`by round: ${latest.map(bytes => signed(bytes, formatBytes)).join('  ')}`];
  }
  return [
    grows
      ? `grew again in every confirming round:${rounds(latest)}`
      : `at rest it stays there, and further cycles do not bring it back:${rounds(latest)}`,
  ];
}

function formatOf({ manner }: GaugeFinding): (value: number) => string {
  return manner === 'trend' ? formatBytes : formatNumber;
}

const MOST_ROUNDS = 6;
