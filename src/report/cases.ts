import { ALL_KINDS } from '../verdict/kinds.js';
import type { Report, ReportedCheck, ReportedFinding, ReportedRun } from './report.js';
import type { ReportedStage } from './reported-load.js';
import { nameOf } from './stages.js';
import { rowName } from './thorough/routes.js';
import { whereLines } from './where.js';
import { toldRows } from './wrap.js';

/** One line of a test report: a kind of trouble, or the run itself. */
export interface Case {
  readonly name: string;
  readonly status: 'pass' | 'fail' | 'error' | 'skip';
  /** Why it is not passed; what was let pass. */
  readonly message: string;
  readonly details: readonly string[];
  readonly finding?: ReportedFinding;
}

/**
 * A report as test cases: the run, then one for each kind of trouble. A finding fails; what could not be observed is an
 * error where it cost the verdict, else it is skipped, as is what was not measured.
 */
export function casesOf(report: Report): Case[] {
  return [runCase(report), ...ALL_KINDS.flatMap(kind => kindCases(report, kind))];
}

/** Cases that belong together: all of a plain report; of a thorough one those of each client. */
export interface Suite {
  /** Name of the client, the route, or the phase of a load, where there are several. */
  readonly client: string | undefined;
  readonly cases: readonly Case[];
  readonly durationMs: number;
  /** What is worth saying beside the cases. */
  readonly said: readonly string[];
}

export function suitesOf(report: Report): Suite[] {
  const { runs, summary, notes, sentence } = report;
  const said = [summary, ...(sentence ? [sentence] : []), ...toldRows(report), ...notes];
  const whole = { client: undefined, said };
  if (!runs) {
    const all = { ...whole, cases: casesOf(report), durationMs: report.cycles?.durationMs ?? 0 };
    return [all, ...(report.stages ?? []).map(stageSuite)];
  }
  return [
    { ...whole, cases: [runCase(report)], durationMs: 0 },
    ...runs.map(run => ({
      client: rowName(run),
      cases: rowCases(run),
      durationMs: run.durationMs,
      said: [run.said ?? Object.values(run.cells ?? {}).join(' · '), ...run.notes],
    })),
  ];
}

/** What a phase keeps stands in the cases of the whole, so that it has one case: whether it does. */
function stageSuite(stage: ReportedStage): Suite {
  const { status, said, cells, durationMs } = stage;
  const message = [...(said === null ? [] : [said]), cells.fd].join('; ');
  const outcomes = { pass: 'pass', fail: 'fail', undecided: 'error', 'not-run': 'skip' } as const;
  return {
    client: nameOf({ name: stage.name ?? undefined }),
    cases: [{ name: 'fd', status: outcomes[status], message: status === 'pass' ? '' : message, details: [] }],
    durationMs,
    said: [Object.values(cells).join(' · ')],
  };
}

/** What is not applicable is skipped, what was not run or not decided is an error: nothing is proved by either. */
function rowCases({ status, said, checks, findings, notes }: ReportedRun): Case[] {
  const verdict = status === 'not-applicable' || status === 'not-run' ? 'undecided' : status;
  const name = 'run';
  if (status === 'not-applicable') return [{ name, status: 'skip', message: said ?? '', details: [] }];
  const message = said ?? (status === 'undecided' ? 'not decided' : '');
  const observed = status === 'pass' || status === 'fail';
  const first: Case = { name, status: observed ? 'pass' : 'error', message, details: notes };
  return [first, ...ALL_KINDS.flatMap(kind => kindCases({ verdict, checks, findings }, kind))];
}

function runCase({ verdict, interrupted, summary, error, notes }: Report): Case {
  if (error) return { name: 'run', status: 'error', message: error.sentence, details: [error.hint] };
  const observed = verdict !== 'undecided' && !interrupted;
  return { name: 'run', status: observed ? 'pass' : 'error', message: summary, details: notes };
}

function kindCases(
  report: Pick<Report, 'verdict' | 'checks' | 'findings'>,
  kind: ReportedCheck['kind'],
): Case[] {
  const findings = report.findings.filter(finding => finding.kind === kind);
  // Several gauges, or several clients: each has its case, and the first of them keeps the name of the kind.
  if (findings.length > 0)
    return findings.map((finding, index) =>
      findingCase(finding, index === 0 ? kind : `${kind} ${index + 1}`),
    );
  const check = report.checks.find(candidate => candidate.kind === kind);
  return check ? [checkCase(report, check)] : [];
}

function findingCase(finding: ReportedFinding, name: string): Case {
  const { severity, title, evidence, cause, advice, next } = finding;
  return {
    name,
    status: severity === 'fail' ? 'fail' : 'pass',
    message: title,
    details: [...evidence, ...whereLines(finding), cause, advice, `next: ${next}`],
    finding,
  };
}

function checkCase({ verdict }: Pick<Report, 'verdict'>, { kind, status }: ReportedCheck): Case {
  if (status === 'undecided') {
    return {
      name: kind,
      status: verdict === 'undecided' ? 'error' : 'skip',
      message: 'not decided',
      details: [],
    };
  }
  if (status === 'not-measured') return { name: kind, status: 'skip', message: 'not measured', details: [] };
  return { name: kind, status: 'pass', message: '', details: [] };
}
