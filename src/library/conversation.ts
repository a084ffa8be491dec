import type { ErrorCode } from '../errors.js';
import type { Progress } from '../gather/timeline.js';
import type { RawOptions } from '../options.js';
import type { Inspection } from '../report/inspection.js';
import type { Report } from '../report/report.js';

/** What the cycle child is asked to do. All that goes through the channel is JSON. */
export interface Task {
  readonly do: 'run' | 'watch' | 'inspect';
  readonly raw: RawOptions;
  /** Whether anybody wants to hear how far it is. */
  readonly follows: boolean;
  /** Growth of memory that is in doubt is told, not confirmed: that takes longer than a test may. */
  readonly inHaste: boolean;
}

export type Answer =
  | { readonly report: Report; readonly text: string }
  | { readonly inspection: Inspection }
  | { readonly refusal: Refusal };

/** A ChurnError on its way. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly sentence: string;
  readonly hint: string;
}

/** What the child says. An answer is the last thing. */
export type Said = { readonly progress: Progress } | { readonly answer: Answer };

/** What it is told while it works. */
export type Told = { readonly task: Task } | 'stop';
