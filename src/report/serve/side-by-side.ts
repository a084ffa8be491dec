import type { Report } from '../report.js';
import type { ReportedServe } from '../reported-serve.js';
import { drawCurve } from './curve.js';

/** Two clients beside each other, by their connections that were open at each request: both curves on one scale. */
export function renderServeComparison(old: Report, next: Report): string {
  const most = Math.max(...[old, next].flatMap(({ serve }) => openOf(serve)), 1);
  const lines = [
    'churn compare  ·  connections open, request by request, on one scale',
    '',
    ...[old, next].flatMap(({ serve, summary, target }) => [
      `  │${drawCurve(openOf(serve), COLUMNS, most).padEnd(COLUMNS)}│ up to ${Math.max(0, ...openOf(serve))}   ${(target?.command ?? []).slice(-2).join(' ')}`,
      `   ${summary}`,
      '',
    ]),
  ];
  return `${lines.join('\n')}`;
}

function openOf(serve: ReportedServe | undefined): number[] {
  return (serve?.curve ?? []).map(([, open]) => open);
}

const COLUMNS = 48;
