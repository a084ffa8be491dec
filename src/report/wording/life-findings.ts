import { formatCount, formatDuration, plural } from '../../units.js';
import type { LifeFinding, ReloadFinding, ShutdownFinding, SpinFinding } from '../../verdict/finding.js';
import { escapeText } from '../escape.js';
import { EXPLANATIONS } from './explain/table.js';

/** What is said of findings that only the owner of a server can come to. Total over their kinds. */
export const LIFE_WORDS = {
  spin: {
    title: ({ cpuPercent, openFilesLimit }: SpinFinding) =>
      `${cpuPercent} % of a CPU at its limit of ${formatCount(openFilesLimit)} descriptors`,
    cause: () => EXPLANATIONS.spin.cause,
    advice: () => EXPLANATIONS.spin.advice,
    evidence: () => ['measured while silent clients had all of its descriptors and nobody else came'],
  },
  reload: {
    title: ({ count, watched, reloads, signal }: ReloadFinding) =>
      `${formatCount(count)} of ${plural(watched, 'connection')} cut off by ${plural(reloads, signal)}`,
    cause: () => EXPLANATIONS.reload.cause,
    advice: () => EXPLANATIONS.reload.advice,
    evidence: () => ['each had sent the first byte of a request; without a reload they stayed open'],
  },
  shutdown: {
    title: shutdownTitle,
    cause: ({ killed, leftBehind }: ShutdownFinding) =>
      !killed && leftBehind.length > 0
        ? 'the process that was asked to stop has not told its children'
        : EXPLANATIONS.shutdown.cause,
    advice: () => EXPLANATIONS.shutdown.advice,
    evidence: shutdownEvidence,
  },
} as const satisfies Record<LifeFinding['kind'], unknown>;

function shutdownTitle({ killed, crashSignal, leftBehind, graceMs }: ShutdownFinding): string {
  if (killed) return `did not stop within ${formatDuration(graceMs)} of SIGTERM while clients churned`;
  if (crashSignal !== undefined) return `died of ${crashSignal} when it was to stop while clients churned`;
  return leftBehind.length > 0
    ? `left ${plural(leftBehind.length, 'process', 'processes')} behind when it stopped`
    : 'somebody still listens on its port after its end';
}

function shutdownEvidence({ killed, leftBehind, portFree, tookMs }: ShutdownFinding): string[] {
  return [
    killed
      ? `SIGKILL had to end it after ${formatDuration(tookMs)}`
      : `it was gone ${formatDuration(tookMs)} after SIGTERM`,
    ...(leftBehind.length > 0
      ? [
          `still there half a second later: ${leftBehind.map(({ pid, comm }) => `${pid} (${escapeText(comm)})`).join(', ')}`,
        ]
      : []),
    ...(portFree === false ? ['its port is still listened on'] : []),
  ];
}
