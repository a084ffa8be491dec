import type { Count, Integer, Milliseconds, Port } from '../units.js';

/** What `churn serve` saw, beside the findings. */
export interface ReportedServe {
  readonly ports: readonly Port[];
  readonly protocol: 'http' | 'tcp';
  /** How it answered. */
  readonly manners: readonly string[];
  /** The figures in words, for any reporter: name and text. */
  readonly rows: ReadonlyArray<readonly [name: string, text: string]>;
  readonly clients: readonly ReportedClient[];
  /** How the client ended that was started; null: it was not started, or had to be stopped. */
  readonly exit: { readonly status: Integer | null; readonly signal: string | null } | null;
  readonly durationMs: Milliseconds;
  /** Private memory of this server: it is not to grow by what a client does. Per connection where 1000 were open. */
  readonly own: {
    readonly beforeBytes: Count;
    readonly peakBytes: Count;
    readonly perConnectionBytes: Count | null;
  };
  /** Connections that were open when so many requests had been made. */
  readonly curve: ReadonlyArray<readonly [requests: Count, open: Count]>;
  readonly series: readonly ReportedServePoint[];
}

export interface ReportedClient {
  /** "client", or address and process. */
  readonly name: string;
  readonly verdict: 'pass' | 'fail' | 'undecided';
  readonly connections: Count;
  readonly requests: Count;
  readonly answered: Count;
  readonly failed: Count;
  readonly peakOpen: Count;
  /** Most requests under way at a time. */
  readonly peakBusy: Count;
  readonly peakIdle: Count;
  readonly longestIdleMs: Milliseconds;
  readonly wastedHandshakes: Count;
  readonly endedByClient: Count;
  readonly endedByServer: Count;
  readonly resets: Count;
  readonly garbage: Count;
  readonly refusedTls: Count;
  readonly fdsBefore: Count | null;
  readonly fdsPeak: Count | null;
  readonly peakCloseWait: Count | null;
  readonly peakDead: Count | null;
}

export interface ReportedServePoint {
  readonly atMs: Milliseconds;
  readonly requests: Count;
  readonly connections: Count;
  readonly open: Count;
  readonly busy: Count;
  readonly idle: Count;
  readonly closeWait: Count;
  readonly dead: Count;
  readonly clientFds: Count;
}
