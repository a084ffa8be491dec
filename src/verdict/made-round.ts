/** A round that the judge asked for: how many cycles, what was suspected, and what was done but making them. */
export interface MadeRound {
  readonly cycles: number;
  readonly suspects: readonly string[];
  readonly manner?: 'follow' | 'watch';
}
