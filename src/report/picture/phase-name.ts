import type { Report } from '../report.js';

/** What a phase of a run is called in pictures: what the server is put through. */
export function phaseName(phase: string, { watch }: Pick<Report, 'watch'>): string {
  if (phase === 'cycles' && watch) return watch.command ? 'load' : 'watching';
  return NAMES[phase] ?? phase;
}

const NAMES: Readonly<Record<string, string>> = {
  confirm: 'confirming',
  hold: 'holding',
  settle: 'settling',
};
