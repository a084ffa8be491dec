import type { Options } from '../options/run.js';
import type { Report } from '../report/report.js';
import { reportFound } from '../report/where.js';
import type { Target } from '../target/target.js';
import type { Verdict } from '../verdict/judge.js';
import { findWhere } from '../where/find.js';

/** The report of a server that has failed, and where in its code that is. The verdict stays what it was. */
export async function withWhere(
  report: Report,
  { findings }: Verdict,
  target: Target,
  options: Options,
  signal: AbortSignal,
): Promise<Report> {
  const startedAtMs = performance.now();
  const found = await findWhere(target, options, findings, signal);
  return {
    ...report,
    findings: report.findings.map((told, index) => {
      const finding = findings[index];
      const own = finding && found.get(finding);
      return own ? { ...told, ...reportFound(own) } : told;
    }),
    timings: { ...report.timings, whereMs: performance.now() - startedAtMs },
  };
}
