import type { Measured } from '../not-measured.js';
import { formatBytes, formatCount, formatDuration } from '../units.js';
import type { Evidence } from '../verdict/evidence.js';
import type { Verdict } from '../verdict/judge.js';
import { judgeStages, type StageReason, type StageRow } from '../verdict/stages.js';
import { escapeText } from './escape.js';
import type { Report } from './report.js';
import type { ReportedStage } from './reported-load.js';

/** The phases that a load has announced, and in whose time what is kept has come; nothing where nobody asked for them. */
export function reportStages(
  { watch }: Evidence,
  verdict: Verdict,
): Measured<Pick<Report, 'stages' | 'sentence'>> {
  const { stages, acceptedBy } = watch ?? {};
  if (!stages) return {};
  if (stages.spans.every(({ name }) => name === undefined)) return { stages: [] };
  const isCounted = acceptedBy === 'server';
  const rows = judgeStages(stages, verdict, isCounted).map(row => reportStage(row, isCounted));
  return { stages: rows, sentence: sentenceOf(rows) };
}

function reportStage(row: StageRow, isCounted: boolean): Measured<ReportedStage> {
  const { name, status, times, durationMs, accepted, kept, atBorder, first, last } = row;
  // The last connections of a phase may be counted to the next one.
  const of = isCounted && kept <= accepted ? ` of ${formatCount(accepted)}` : '';
  const counted = `kept ${formatCount(kept)}${of}`;
  const arrow = (figure: 'threads' | 'children') => `${first[figure]} → ${last[figure]}`;
  const bytes = (value: number | undefined) => (value === undefined ? 'unknown' : formatBytes(value));
  return {
    name: name === undefined ? undefined : escapeText(name),
    status,
    said: row.reason && REASONS[row.reason](row),
    times,
    durationMs: Math.round(durationMs),
    accepted: isCounted ? accepted : undefined,
    ...{ kept, atBorder },
    cells: {
      connections: `${isCounted ? formatCount(accepted) : 'not counted'} in ${formatDuration(durationMs)}`,
      fd: kept === 0 ? 'kept none' : status === 'fail' ? `✖ ${counted}` : counted,
      memory: `${bytes(first.anonBytes)} → ${bytes(last.anonBytes)}`,
      threads: arrow('threads'),
      children: arrow('children'),
    },
  };
}

/** Why there is no verdict on a phase. Total. */
const REASONS: Readonly<Record<StageReason, (row: StageRow) => string>> = {
  'nobody-came': () => 'not run: nobody connected during it',
  border: ({ atBorder }) =>
    `not decided: ${formatCount(atBorder)} that ${atBorder === 1 ? 'is' : 'are'} kept came so near to an announcement that they may belong to either phase`,
  'left-behind': ({ kept, before }) =>
    `not decided: what it kept (${formatCount(kept)}) may be of clients that ${escapeText(before ?? 'the phase before')} left at work`,
  weak: ({ kept }) =>
    `not decided: ${formatCount(kept)} of what is kept may have been another's when it was first seen`,
  'other-findings': () =>
    'not decided: it kept none of its connections, but part of what was found cannot be dated',
  whole: () => 'not decided, because the whole run is not',
};

function sentenceOf(rows: readonly Measured<ReportedStage>[]): string {
  const named = (status: ReportedStage['status']) => rows.filter(row => row.status === status).map(nameOf);
  const failed = named('fail');
  if (failed.length > 0) return `what is kept came during ${failed.join(', ')}`;
  const passed = named('pass');
  if (passed.length === rows.length) return `nothing is kept from ${passed.join(', ')}`;
  return `not decided for ${named('undecided').concat(named('not-run')).join(', ')}`;
}

export function nameOf({ name }: Pick<Measured<ReportedStage>, 'name'>): string {
  return name ?? '(before the first)';
}

/** The phases as rows of a table; why one is not decided stands instead of its cells. */
export function stageRows(stages: readonly ReportedStage[]): string[][] {
  return [
    ['phase', ...COLUMNS],
    ...stages.map(({ name, cells, said }) => [
      nameOf({ name: name ?? undefined }),
      ...(said === null ? COLUMNS.map(column => cells[column]) : [said]),
    ]),
  ];
}

/** The same, where each row has all of its cells. */
export function stageTable(stages: readonly ReportedStage[]): { head: string[]; rows: string[][] } {
  const [head = [], ...rows] = stageRows(stages);
  return { head, rows: rows.map(row => head.map((_, column) => row[column] ?? '–')) };
}

const COLUMNS = ['connections', 'fd', 'memory', 'threads', 'children'] as const satisfies ReadonlyArray<
  keyof ReportedStage['cells']
>;
