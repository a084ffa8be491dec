import type { ReportedFinding, ReportedRun } from '../report.js';
import { closerLook } from '../wording/next-command.js';

/** The findings of all rows, the same trouble with several clients told once. */
export function mergeFindings(
  runs: readonly ReportedRun[],
  address: string,
  isInsecure: boolean,
): ReportedFinding[] {
  const groups = new Map<string, { readonly client: string; readonly finding: ReportedFinding }[]>();
  for (const { client, findings } of runs) {
    for (const finding of findings) {
      const key = `${finding.kind} ${finding.severity} ${finding.cause}`;
      groups.set(key, [...(groups.get(key) ?? []), { client, finding }]);
    }
  }
  return [...groups.values()].flatMap(group => {
    const [first, ...others] = group;
    if (!first) return [];
    const clients = group.map(({ client }) => client);
    return [
      {
        ...first.finding,
        count: group.reduce((sum, { finding }) => sum + finding.count, 0),
        perCycle: Math.max(...group.map(({ finding }) => finding.perCycle)),
        title: `with ${clients.join(', ')}: ${first.finding.title}`,
        evidence: [
          ...first.finding.evidence,
          ...others.map(({ client, finding }) => `with ${client}: ${finding.title}`),
        ],
        next: first.client === 'mixed' ? first.finding.next : closerLook(address, first.client, isInsecure),
        facts: { ...first.finding.facts, clients },
      },
    ];
  });
}
