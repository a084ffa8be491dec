import type { GaugeManner } from '../gauge-options.js';
import type { Severity } from './severity.js';

/** A number that the server itself exposes, and that did not come back. */
export interface GaugeFinding {
  readonly kind: 'gauge';
  readonly severity: Severity;
  readonly count: number;
  readonly perCycle: number;
  /** Text from outside. */
  readonly name: string;
  readonly manner: GaugeManner;
  /** In every confirming round again; else it has come to rest above what it was. */
  readonly grows: boolean;
  readonly before: number;
  readonly after: number;
  readonly perRound: readonly number[];
}
