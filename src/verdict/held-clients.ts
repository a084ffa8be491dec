import type { Tally } from '../workload/tally.js';

/** What the whole tree had at one moment. */
export interface HeldState {
  readonly fds: number;
  /** Of the process that had most. */
  readonly fullestFds: number;
  readonly anonBytes: number | undefined;
  readonly threads: number;
  readonly processes: number;
}

/** Silent clients that were connected during the judged cycles, and whether others were served beside them. */
export interface HeldClients {
  readonly wanted: number;
  readonly opened: number;
  /** Of these, those that have left the accept queue. */
  readonly accepted: number;
  readonly failures: Tally['failures'];
  /** Closed by the server while they were held. */
  readonly ended: number;
  /** How they were let go. */
  readonly end: 'fin' | 'rst';
  readonly servedBy: 'answer' | 'accept';
  /** How long a probe took before, with none held; undefined when it was not served then either. */
  readonly aloneMs: number | undefined;
  /** How long each took that was served while they were held. */
  readonly serviceMs: readonly number[];
  /** A probe, or the clients themselves, waited for so long and in vain. */
  readonly blocked: boolean;
  readonly waitedMs: number;
  readonly idle: HeldState;
  readonly holding: HeldState;
}
