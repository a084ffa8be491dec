/** What others did to the server while it was watched. */
export interface WatchFacts {
  /** The program that made the load; undefined: whoever used the server. */
  readonly load:
    | {
        readonly command: readonly string[];
        readonly status: number | null;
        readonly signal: string | null;
        /** It was ended because the time was up. */
        readonly stopped: boolean;
      }
    | undefined;
  /** Times that the load was made. */
  readonly runs: number;
  /** Of the first load, or of the watching. */
  readonly durationMs: number;
  /** Connections that were accepted in that time. */
  readonly accepted: number;
  /** By this server, by this server and perhaps more, or by all servers of the machine: then nothing is judged by it. */
  readonly acceptedBy: 'server' | 'server-at-least' | 'machine';
  /** Connections whose clients were still there at the end. */
  readonly inUse: number;
}
