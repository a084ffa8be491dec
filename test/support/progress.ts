import type { Progress } from '../../src/gather/timeline.js';

/** A moment of a run: 500 of 1000 cycles after two seconds. */
export function progress(different: Partial<Progress> = {}): Progress {
  return {
    phase: 'cycles',
    cyclesDone: 500,
    confirmCycles: 0,
    cycles: 1_000,
    durationMs: undefined,
    elapsedMs: 2_000,
    fds: 7,
    anonBytes: 2_202_010,
    suspects: [],
    ...different,
  };
}

/** What a program writes to, and all that was written. */
export function paper(isTTY: boolean, columns = 80, rows = 24) {
  const written: string[] = [];
  return { written, stderr: { write: (text: string) => void written.push(text), isTTY, columns, rows } };
}
