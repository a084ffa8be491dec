import { formatBytes, formatCount, plural } from '../units.js';
import type { Report } from './report.js';
import type { ReportedAnswers, ReportedHold, ReportedSpread } from './reported-load.js';

/** What the text report says of held clients and of times: name and text. Nothing where nothing was asked. */
export function loadRows({ hold = null, latency, answers }: Report): [name: string, text: string][] {
  return [
    ...answerRows(answers),
    ...holdRows({ hold }),
    ...spreadRow('connect', latency?.connect),
    ...spreadRow('reply', latency?.reply),
    ...spreadRow('late', latency?.late),
  ];
}

/** What was asked for over HTTP and answered, and what a pass is of: name and text. */
export function askedRows(report: Report): [name: string, text: string][] {
  const proved = limitText(report);
  return [
    ...answerRows(report.answers),
    ...(proved === undefined ? [] : [['limits', proved] as [string, string]]),
  ];
}

/** "asked: fin, no request sent; nothing was idle"; undefined where nothing is proved. */
export function limitText({ verdict, limits = [] }: Report): string | undefined {
  return verdict === 'pass' && limits.length > 0 ? limits.join('; ') : undefined;
}

/** What became of the silent clients that were held open. */
export function holdRows({ hold }: Pick<Report, 'hold'>): [name: string, text: string][] {
  return hold ? [['held', holdText(hold)]] : [];
}

/** "0.08 ms", "12 ms", "3100 ms": three digits are what was measured. */
export function formatMs(ms: number): string {
  return `${ms >= 100 ? Math.round(ms) : Number(ms.toPrecision(2))} ms`;
}

/** "200 × 1010   GET /api   first in 12 ms, last in 0.3 ms"; a route that did not answer as expected has a mark. */
function answerRows(answers: ReportedAnswers | null | undefined): [string, string][] {
  if (!answers) return [];
  const { routes, firstMs, lastMs } = answers;
  const [first, ...others] = [...routes].sort((a, b) => a.expected / a.total - b.expected / b.total);
  if (!first) return [];
  const times =
    firstMs === null || lastMs === null
      ? ''
      : `   first in ${formatMs(firstMs)}, last in ${formatMs(lastMs)}`;
  const shown = others
    .slice(0, MAX_ROUTES - 1)
    .map((route): [string, string] => ['answers', routeText(route)]);
  const left = others.length - shown.length;
  return [
    ['answers', `${routeText(first)}${times}`],
    ...shown,
    ...(left > 0 ? [['answers', `and ${plural(left, 'other route')}`] as [string, string]] : []),
  ];
}

function routeText({ route, statuses, expected, total }: ReportedAnswers['routes'][number]): string {
  const all = Object.entries(statuses).map(([status, count]) => `${status} × ${formatCount(count)}`);
  const wrong =
    expected === total
      ? ''
      : expected === 0
        ? '   none as expected'
        : `   not as expected: ${formatCount(total - expected)}`;
  return `${wrong === '' ? '' : '! '}${all.join(', ')}   ${route}${wrong}`;
}

const MAX_ROUTES = 8;

function spreadRow(name: string, spread: ReportedSpread | null | undefined): [string, string][] {
  if (!spread) return [];
  const { p50Ms, p90Ms, p99Ms, maxMs } = spread;
  return [
    [
      name,
      `p50 ${formatMs(p50Ms)}   p90 ${formatMs(p90Ms)}   p99 ${formatMs(p99Ms)}   max ${formatMs(maxMs)}${
        name === 'late' ? '   behind their time' : ''
      }`,
    ],
  ];
}

function holdText(hold: ReportedHold): string {
  const { requested, accepted, opened, medianMs, aloneMs, perClient } = hold;
  const short = accepted < requested ? `, accepted ${formatCount(accepted)}` : '';
  const failed = opened < requested ? `, connected ${formatCount(opened)}` : '';
  const how = hold.servedBy === 'answer' ? 'answered' : 'accepted';
  const served =
    hold.othersServed === null
      ? 'nobody was served even before'
      : hold.othersServed
        ? `others ${how} in ${formatMs(medianMs ?? 0)} (${formatMs(aloneMs ?? 0)} without)`
        : `others not ${how}`;
  const cost = costText(perClient);
  return [
    `${plural(requested, 'silent client')}${failed}${short}`,
    served,
    ...(cost === '' ? [] : [`each ${cost}`]),
    hold.forgotten === 0 ? 'all released' : `kept after their end: ${formatCount(hold.forgotten)}`,
  ].join('; ');
}

function costText({ fds, anonBytes, threads, processes }: ReportedHold['perClient']): string {
  return [
    ...(fds === null ? [] : [`${fds} fd`]),
    ...(anonBytes === null ? [] : [formatBytes(anonBytes)]),
    ...(threads !== null && threads >= 0.5 && !(processes !== null && processes >= 0.5) ? ['a thread'] : []),
    ...(processes !== null && processes >= 0.5 ? ['a process'] : []),
  ].join(', ');
}
