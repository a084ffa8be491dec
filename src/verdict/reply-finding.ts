import type { CyclePhase } from '../workload/ledger.js';
import type { Severity } from './severity.js';

/** Answers that were waited for, and did not come or were not what was expected. */
export interface ReplyFinding {
  readonly kind: 'reply';
  readonly severity: Severity;
  readonly count: number;
  readonly perCycle: number;
  readonly of: number;
  readonly answered: number;
  readonly unanswered: number;
  readonly unexpected: number;
  /** The beginning of the first answer that was not the expected one: text from outside. */
  readonly heard: string | undefined;
  /** The server closed instead of answering, the first time. */
  readonly closedFirst: boolean;
  readonly timeoutMs: number;
  readonly firstCycle: number;
  readonly phase: CyclePhase;
}
