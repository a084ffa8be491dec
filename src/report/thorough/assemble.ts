import type { Verdict } from '../../verdict/judge.js';
import { KINDS } from '../../verdict/kinds.js';
import type { RowName, Standing } from '../../verdict/rows.js';
import { wholeVerdict } from '../../verdict/whole.js';
import type { Report, ReportedCheck, ReportedRun } from '../report.js';
import { cellsOf } from '../wording/cells.js';
import { REASONS } from '../wording/reasons.js';
import { sentenceOf } from '../wording/sentence.js';
import { sumCycles } from './cycles.js';
import { mergeFindings } from './findings.js';
import { notesOf } from './notes.js';
import { summarizeRows } from './summary.js';
import { joinTimes } from './times.js';

/** What a thorough run gathered of one client. */
export interface Row {
  readonly name: RowName;
  readonly standing: Standing;
  readonly report?: Report | undefined;
  readonly verdict?: Verdict | undefined;
}

interface Around {
  readonly tool: Report['tool'];
  readonly interrupted: boolean;
  readonly wholeMs: number;
}

/** One report of all rows, for every reporter: the whole on top, each row in `runs`. At least one row has a report. */
export function assembleThorough(rows: readonly Row[], around: Around): Report {
  const made = rows.flatMap(({ report }) => report ?? []);
  const [first] = made;
  if (!first) throw new Error('a thorough run needs a row that was made');
  const runs = rows.map(runOf);
  const judged = rows
    .filter(({ standing }) => standing.status !== 'not-applicable')
    .flatMap(({ report }) => report ?? []);
  const cycles = sumCycles(judged, runs);
  const allowed = allowedOf(judged);
  const { verdict, clean } = wholeVerdict(rows, around.interrupted);
  const address = first.target?.address ?? '';
  const last = judged.at(-1) ?? first;
  return {
    schemaVersion: first.schemaVersion,
    tool: around.tool,
    environment: first.environment,
    seed: made.find(({ seed }) => seed !== null)?.seed ?? null,
    verdict,
    clean,
    summary: summarizeRows({ verdict, clean, runs, cycles, allowed, interrupted: around.interrupted }),
    interrupted: around.interrupted,
    ...(first.target && { target: { ...first.target, alive: last.target?.alive ?? false } }),
    cycles,
    ...(first.before && { before: first.before }),
    ...(last.after && { after: last.after }),
    checks: mergeChecks(judged),
    findings: mergeFindings(runs, address, around.tool.command.includes('--insecure')),
    allowed,
    held: judged.flatMap(({ held }) => held).slice(0, MOST_HELD),
    heldCount: judged.reduce((sum, { held, heldCount = held.length }) => sum + heldCount, 0),
    rounds: [],
    ...joinTimes(made, around.wholeMs),
    notes: notesOf(rows, runs),
    sentence: sentenceOf(runs),
    runs,
  };
}

function runOf({ name, standing, report }: Row): ReportedRun {
  const reason = 'reason' in standing ? standing.reason : null;
  const told = reason === null ? report : undefined;
  return {
    client: name,
    status: standing.status,
    reason,
    said: reason === null ? null : REASONS[reason],
    cells: told ? cellsOf(told) : null,
    cycles: told?.cycles ?? null,
    before: told?.before ?? null,
    after: told?.after ?? null,
    checks: told?.checks ?? [],
    findings: told?.findings ?? [],
    held: told?.held ?? [],
    ...(told?.heldCount !== undefined && { heldCount: told.heldCount }),
    rounds: told?.rounds ?? [],
    notes: told?.notes ?? [],
    ...(told?.reasoning && { reasoning: told.reasoning }),
    durationMs: Math.round((report?.phases ?? []).reduce((sum, { durationMs }) => sum + durationMs, 0)),
  };
}

/** The worst of each kind, from where the first row began to where the last one ended. */
function mergeChecks(reports: readonly Report[]): ReportedCheck[] {
  return KINDS.flatMap(kind => {
    const checks = reports.flatMap(report => report.checks.filter(check => check.kind === kind));
    const worst = WORST_FIRST.flatMap(status => checks.find(check => check.status === status) ?? [])[0];
    if (!worst) return [];
    const before = checks[0]?.before ?? null;
    return [{ ...worst, before, after: checks.at(-1)?.after ?? null }];
  });
}

const WORST_FIRST = ['fail', 'undecided', 'warn', 'pass', 'not-measured'] as const;

function allowedOf(reports: readonly Report[]): Report['allowed'] {
  return KINDS.flatMap(kind => {
    const counts = reports.flatMap(({ allowed }) =>
      allowed.filter(one => one.kind === kind).map(({ count }) => count),
    );
    return counts.length > 0 ? [{ kind, count: counts.reduce((sum, count) => sum + count, 0) }] : [];
  });
}

const MOST_HELD = 1_000;
