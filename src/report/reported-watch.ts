import type { JudgedGauge } from '../verdict/gauges.js';

/** A number that the server itself exposes. */
export interface ReportedGauge {
  readonly name: string;
  readonly before: number | null;
  readonly after: number | null;
  readonly bytes: boolean;
  /** What became of it, and how much of it each cycle kept; null: not known. Not in reports of former versions. */
  readonly state?: JudgedGauge['state'];
  readonly perCycle?: number | null;
  readonly readings: ReadonlyArray<{
    readonly phase: string;
    readonly connections: number;
    readonly value: number | null;
  }>;
}

/** What others did to the server while it was watched. */
export interface ReportedWatch {
  /** null: whoever used it. */
  readonly command: readonly string[] | null;
  /** How it ended; both null where there was no command. */
  readonly status: number | null;
  readonly signal: string | null;
  /** It was ended because the time was up. */
  readonly stopped: boolean;
  readonly runs: number;
  readonly durationMs: number;
  /** Connections in that time. */
  readonly accepted: number;
  /** All of this server and of no other; at least as many of this server; or of all servers of the machine. */
  readonly acceptedBy?: 'server' | 'server-at-least' | 'machine';
  readonly inUse: number;
}
