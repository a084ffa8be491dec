import { x as element } from 'xastscript';
import { formatCount } from '../../units.js';
import { formatMs } from '../load-rows.js';
import type { Markup } from '../markup.js';
import type { Report } from '../report.js';
import type { ReportedSpread } from '../reported-load.js';
import { table } from './table.js';

/** How long things took: percentiles, and a bar for each bucket. */
export function latencySection({ latency }: Report): Markup[] {
  if (!latency) return [];
  const since = latency.since === 'due' ? 'since each was due' : 'since each began';
  const spreads = (['connect', 'reply', 'late'] as const).flatMap(name => {
    const spread = latency[name];
    return spread ? [{ name, spread }] : [];
  });
  if (spreads.length === 0) return [];
  return [
    element('section', { 'aria-labelledby': 'latency' }, [
      element('h2', { id: 'latency' }, 'How long it took'),
      ...table(
        `Times ${since}`,
        ['what', 'cycles', 'p50', 'p90', 'p99', 'max'],
        spreads.map(({ name, spread }) => [
          NAMES[name],
          formatCount(spread.count),
          ...[spread.p50Ms, spread.p90Ms, spread.p99Ms, spread.maxMs].map(formatMs),
        ]),
      ),
      ...spreads.flatMap(({ name, spread }) => histogram(NAMES[name], spread)),
    ]),
  ];
}

function histogram(name: string, { buckets }: ReportedSpread): Markup[] {
  const most = Math.max(1, ...buckets.map(({ count }) => count));
  return table(
    `Histogram: ${name}`,
    ['up to', 'cycles', 'share of the largest'],
    buckets.map(({ untilMs, count }) => [formatMs(untilMs), formatCount(count), bar(count / most)]),
  );
}

/** Eighths of a block, so that one in a thousand is still to be seen. */
function bar(share: number): string {
  const eighths = share === 0 ? 0 : Math.max(1, Math.round(share * 8 * WIDTH));
  return '█'.repeat(eighths >> 3) + (['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'][eighths & 7] ?? '');
}

const NAMES = { connect: 'connected', reply: 'answered', late: 'began late' } as const;
const WIDTH = 20;
