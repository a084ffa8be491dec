import { KINDS } from '../verdict/kinds.js';
import type { Report, ReportedCheck, ReportedFinding } from './report.js';

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
  return [runCase(report), ...KINDS.flatMap(kind => kindCases(report, kind))];
}

function runCase({ verdict, interrupted, summary, error, notes }: Report): Case {
  if (error) return { name: 'run', status: 'error', message: error.sentence, details: [error.hint] };
  const observed = verdict !== 'undecided' && !interrupted;
  return { name: 'run', status: observed ? 'pass' : 'error', message: summary, details: notes };
}

function kindCases(report: Report, kind: ReportedCheck['kind']): Case[] {
  const findings = report.findings.filter(finding => finding.kind === kind);
  const finding = findings.find(({ severity }) => severity === 'fail') ?? findings[0];
  if (finding) {
    return [
      {
        name: kind,
        status: finding.severity === 'fail' ? 'fail' : 'pass',
        message: finding.title,
        details: [...finding.evidence, finding.cause, finding.advice, `next: ${finding.next}`],
        finding,
      },
    ];
  }
  const check = report.checks.find(candidate => candidate.kind === kind);
  return check ? [checkCase(report, check)] : [];
}

function checkCase({ verdict }: Report, { kind, status }: ReportedCheck): Case {
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
