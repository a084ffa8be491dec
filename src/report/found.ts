import type { Finding } from '../verdict/finding.js';
import { breakProof, escapeText } from './escape.js';
import type { ReportedFinding, ReportedTarget } from './report.js';
import { wordsFor } from './wording/findings.js';
import { nextCommand } from './wording/next-command.js';
import type { ServerKind } from './wording/server-kind.js';

/** What advice depends on beside the finding. */
interface FindingContext {
  readonly target: Pick<ReportedTarget, 'address'>;
  readonly clients?: readonly string[] | undefined;
}

/** One finding, and the words for it. */
export function reportFinding(
  finding: Finding,
  { target, clients }: FindingContext,
  server: ServerKind,
): ReportedFinding {
  // One table, one entry per kind: the pair of a finding and its own words is always right, which the compiler cannot follow.
  const words = wordsFor(finding.kind) as {
    readonly [word in 'title' | 'cause' | 'advice']: (
      finding: Finding & { readonly server: ServerKind },
    ) => string;
  } & { readonly evidence: (finding: Finding) => readonly string[] };
  const { kind, severity, count, perCycle, ...facts } = finding;
  return {
    kind,
    severity,
    count,
    perCycle: Number(perCycle.toPrecision(6)),
    title: breakProof(words.title({ ...finding, server })),
    cause: breakProof(words.cause({ ...finding, server })),
    advice: breakProof(words.advice({ ...finding, server })),
    next: nextCommand(finding, target.address, { clients }),
    evidence: words.evidence(finding).map(breakProof),
    facts: shorten({ ...facts, server }),
  };
}

/** A list of 10 000 fd numbers helps nobody: the report keeps both ends of it. Text in it may come from outside. */
function shorten(facts: Record<string, unknown>): Record<string, unknown> {
  return JSON.parse(
    JSON.stringify(facts, (_key, value) =>
      Array.isArray(value) && value.length > MAX_LISTED
        ? [...value.slice(0, MAX_LISTED / 2), ...value.slice(-MAX_LISTED / 2)]
        : typeof value === 'string'
          ? escapeText(value)
          : value,
    ),
  );
}

const MAX_LISTED = 20;
