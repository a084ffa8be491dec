import { exitWords } from '../../exit-words.js';
import type { CrashFinding } from '../../verdict/finding.js';
import { EXPLANATIONS } from './explain/table.js';

export function crashTitle({ pids, cycles, phase, openFilesLimit }: CrashFinding): string {
  const who = `process ${pids.join(', ')} died`;
  if (openFilesLimit !== undefined) return `${who} at its limit of ${openFilesLimit} descriptors`;
  if (!cycles) return who;
  const [from, to] = cycles;
  const where = from >= to ? `on cycle ${to}` : `on cycle ${from} … ${to}`;
  return `${who} ${where}${phase === 'cycles' ? '' : ` of the ${phase}`}`;
}

/** With which signal or status, where somebody was told. */
export function crashCause({ endings = [] }: CrashFinding): string {
  if (endings.length === 0) return EXPLANATIONS.crash.cause;
  if (endings.length === 1) return `it ended with ${exitWords(endings[0] ?? {})}`;
  return endings.map(ending => `process ${ending.pid} ended with ${exitWords(ending)}`).join(', ');
}

export function crashEvidence({ connections }: CrashFinding): string[] {
  if (!connections) return [];
  const [from, to] = connections;
  return [
    `that is connection ${from >= to ? to : `${from} … ${to}`} since the run began, the warm-up counted`,
  ];
}
