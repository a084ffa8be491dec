/** What `churn serve` saw, beside the findings. */
export interface ReportedServe {
  readonly ports: readonly number[];
  readonly protocol: 'http' | 'tcp';
  /** How it answered. */
  readonly manners: readonly string[];
  /** The figures in words, for any reporter: name and text. */
  readonly rows: ReadonlyArray<readonly [name: string, text: string]>;
  readonly clients: readonly ReportedClient[];
  /** How the client ended that was started; null: it was not started, or had to be stopped. */
  readonly exit: { readonly status: number | null; readonly signal: string | null } | null;
  readonly durationMs: number;
  /** Private memory of this server: it is not to grow by what a client does. Per connection where 1000 were open. */
  readonly own: {
    readonly beforeBytes: number;
    readonly peakBytes: number;
    readonly perConnectionBytes: number | null;
  };
  /** Connections that were open when so many requests had been made. */
  readonly curve: ReadonlyArray<readonly [requests: number, open: number]>;
  readonly series: readonly ReportedServePoint[];
}

export interface ReportedClient {
  /** "client", or address and process. */
  readonly name: string;
  readonly verdict: 'pass' | 'fail' | 'undecided';
  readonly connections: number;
  readonly requests: number;
  readonly answered: number;
  readonly failed: number;
  readonly peakOpen: number;
  /** Most requests under way at a time. */
  readonly peakBusy: number;
  readonly peakIdle: number;
  readonly longestIdleMs: number;
  readonly wastedHandshakes: number;
  readonly endedByClient: number;
  readonly endedByServer: number;
  readonly resets: number;
  readonly garbage: number;
  readonly refusedTls: number;
  readonly fdsBefore: number | null;
  readonly fdsPeak: number | null;
  readonly peakCloseWait: number | null;
  readonly peakDead: number | null;
}

export interface ReportedServePoint {
  readonly atMs: number;
  readonly requests: number;
  readonly connections: number;
  readonly open: number;
  readonly busy: number;
  readonly idle: number;
  readonly closeWait: number;
  readonly dead: number;
  readonly clientFds: number;
}
