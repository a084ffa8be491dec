import type { ClientEvidence } from '../../verdict/client/evidence.js';
import type { ClientVerdict } from '../../verdict/client/judge.js';
import type { Report } from '../report.js';
import type { ReportedServe } from '../reported-serve.js';
import { drawCurve } from './curve.js';

/** The counts of a client that are told and not judged. */
export interface AccountFacts {
  readonly name: string;
  readonly endedByClient: number;
  readonly endedByServer: number;
  readonly resets: number;
  readonly garbage: number;
  readonly refusedTls: number;
}

export interface ServedClient {
  readonly account: AccountFacts;
  readonly evidence: ClientEvidence;
  readonly verdict: ClientVerdict;
}

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
