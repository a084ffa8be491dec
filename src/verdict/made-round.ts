/**
 * A round that the judge asked for: how many cycles, what was suspected, and what was done but making them. Evidence has
 * none of them where the connections were not ours, or the server is out of sight.
 */
export interface MadeRound {
  readonly cycles: number;
  readonly suspects: readonly string[];
  readonly manner?: 'follow' | 'watch';
}
