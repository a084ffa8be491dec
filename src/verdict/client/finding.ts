import type { Check, Severity } from '../finding.js';
import type { ClientKind } from '../kinds.js';

/** One thing that is wrong with a client: facts only. */
export type ClientFinding =
  | StuckFinding<'fd'>
  | StuckFinding<'close-wait'>
  | UnclosedFinding
  | IdleFinding
  | ReuseFinding;

interface Common<K extends ClientKind> {
  readonly kind: K;
  readonly severity: Severity;
  readonly count: number;
  /** Of each request. */
  readonly perCycle: number;
}

export interface StuckFinding<K extends 'fd' | 'close-wait'> extends Common<K> {
  readonly requests: number;
  readonly peakBusy: number;
  readonly fdLimit: number | undefined;
  readonly fds: ReadonlyArray<{ readonly pid: number; readonly fd: number }>;
}

export interface UnclosedFinding extends Common<'unclosed'> {
  /** No answer came, or nobody read the one that came. */
  readonly why: 'owed' | 'unread';
  readonly longestMs: number;
  readonly patienceMs: number | undefined;
}

export interface IdleFinding extends Common<'idle'> {
  readonly why: 'too-many' | 'too-many-on-one-port' | 'too-long' | 'hoard';
  readonly limit: number | undefined;
  readonly longestIdleMs: number;
  readonly peakBusy: number;
  readonly requests: number;
  readonly fdLimit: number | undefined;
}

export interface ReuseFinding extends Common<'reuse'> {
  readonly connections: number;
  readonly requests: number;
  /** It asked for connections to be closed, or closed them, or left them idle beside the next one. */
  readonly why: 'asked-to-close' | 'closed-at-once' | 'left-idle';
  readonly peakBusy: number;
}

export interface ClientCheck extends Omit<Check, 'kind'> {
  readonly kind: ClientKind;
}

export interface ClientCheckResult {
  readonly check: ClientCheck;
  readonly findings: readonly ClientFinding[];
}
