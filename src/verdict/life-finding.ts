import type { Severity } from './severity.js';

/** At its limit of descriptors it keeps a CPU busy. */
export interface SpinFinding {
  readonly kind: 'spin';
  readonly severity: Severity;
  readonly count: number;
  readonly perCycle: number;
  /** Of one CPU. */
  readonly cpuPercent: number;
  readonly openFilesLimit: number;
}

/** Clients that were in the middle of something were cut off by a reload. */
export interface ReloadFinding {
  readonly kind: 'reload';
  readonly severity: Severity;
  readonly count: number;
  readonly perCycle: number;
  readonly signal: string;
  readonly reloads: number;
  /** Connections that were open during reloads. */
  readonly watched: number;
}

/** It was asked to stop while clients churned. */
export interface ShutdownFinding {
  readonly kind: 'shutdown';
  readonly severity: Severity;
  readonly count: number;
  readonly perCycle: number;
  readonly graceMs: number;
  readonly tookMs: number;
  readonly killed: boolean;
  /** The crash that it ended with instead; undefined for any other end. */
  readonly crashSignal: string | undefined;
  readonly leftBehind: ReadonlyArray<{ readonly pid: number; readonly comm: string }>;
  readonly portFree: boolean | undefined;
}

/** What only the life of a server tells. */
export type LifeFinding = SpinFinding | ReloadFinding | ShutdownFinding;
