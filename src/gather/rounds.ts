import type { Load } from '../options/load.js';

/** Some of the judged cycles, with a moment of rest behind them. */
export interface Portion {
  /** So many cycles, or as many as begin in a time. */
  readonly count: number;
  readonly forMs: number | undefined;
  /** Memory is read after it: the end of a round. */
  readonly endsRound: boolean;
}

/**
 * The judged cycles in rounds: of equal counts, or of equal times where it is a time that ends them. The first half of
 * the rounds is warm-up for the memory of a runtime, so twice as many are made as are judged. Long rounds have rests in
 * between, so that what is forgotten is noted while its port is still in the tables.
 */
export function* portionsOf(
  { cycles, durationMs }: Pick<Load, 'cycles' | 'durationMs'>,
  judgedRounds: number,
): Generator<Portion> {
  const rounds = Math.min(cycles, 2 * judgedRounds);
  if (durationMs === undefined) {
    for (let round = 1, made = 0; round <= rounds; round++) {
      const until = Math.round((cycles * round) / rounds);
      yield { count: until - made, forMs: undefined, endsRound: true };
      made = until;
    }
    return;
  }
  const pieces = Math.ceil(durationMs / rounds / MAX_WITHOUT_REST_MS);
  for (let piece = 1; piece <= rounds * pieces; piece++) {
    yield { count: cycles, forMs: durationMs / rounds / pieces, endsRound: piece % pieces === 0 };
  }
}

const MAX_WITHOUT_REST_MS = 10_000;
