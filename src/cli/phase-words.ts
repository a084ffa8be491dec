import type { Progress } from '../gather/timeline.js';

/** What is being done, for whoever waits for it. Total over the phases. */
export function phaseWords(phase: Progress['phase'], suspects: readonly string[], watching = false): string {
  return {
    before: 'looking at the server',
    'warm-up': 'warming up',
    hold: 'connecting silent clients',
    cycles: watching ? 'watching' : 'opening and closing connections',
    settle: 'waiting for the server to settle',
    confirm: `confirming: ${suspects.join(', ')}`,
    after: 'judging',
  }[phase];
}
