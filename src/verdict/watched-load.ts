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
  /** In which what was found came about: where others go on using the server that is longer, where it is judged by parts less. */
  readonly judgedMs: number;
  /** Connections that were accepted in that time. */
  readonly accepted: number;
  /** By this server, by this server and perhaps more, or by all servers of the machine: then nothing is judged by it. */
  readonly acceptedBy: 'server' | 'server-at-least' | 'machine';
  /** undefined where it cannot be read, or was too short. */
  readonly memory?: WatchedMemory | undefined;
  /** Connections whose clients were still there at the end. */
  readonly inUse: number;
  /** undefined where nobody asked for phases of the load. */
  readonly stages?: StageFacts | undefined;
}

/** How the private memory of a server went while others used it, by time. */
export interface WatchedMemory {
  /** From the beginning to the last part of the load, or to rest, whichever is less. */
  readonly grownBytes: number;
  /** The same in the later half of the time. */
  readonly laterBytes: number;
  readonly overMs: number;
}

/** What a server had at one moment. */
export interface StageFigures {
  readonly fds: number;
  readonly anonBytes: number | undefined;
  readonly threads: number;
  readonly children: number;
}

/** The time from one announcement of the load to the next, or to the next time that the load was made. */
export interface StageSpan {
  /** undefined: the load had not announced anything yet. */
  readonly name: string | undefined;
  readonly fromMs: number;
  readonly untilMs: number;
  /** From when on what comes can only be of this one: the server had taken out of its queue what came before. */
  readonly sureFromMs: number;
  readonly sureUntilMs: number;
  readonly accepted: number;
  readonly first: StageFigures;
  readonly last: StageFigures;
}

/** A descriptor that is kept, and between which two looks it came. */
export interface KeptSince {
  readonly what: string;
  /** It has an inode of its own. Files and their like are known by a number that may have been another's. */
  readonly isUnique: boolean;
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** What a load has announced, and when what is kept has come. */
export interface StageFacts {
  readonly pattern: string;
  /** Lines that the load printed. */
  readonly lines: number;
  readonly spans: readonly StageSpan[];
  readonly kept: readonly KeptSince[];
}

/** How long until a limit is met: in connections, or in minutes. */
export interface Forecast {
  readonly connectionsLeft: number | undefined;
  readonly minutesLeft?: number | undefined;
  readonly perMinute?: number | undefined;
}

/**
 * At the rate that was seen, in what it was seen by. Connections tell it where they were counted, all of this server and
 * of no other, and where they are not so few that what grows is more likely a matter of requests: a load of four
 * connections that stay open tells nothing of the fifth.
 */
export function forecast(
  left: number | undefined,
  grown: number,
  connections: number,
  watch: WatchFacts | undefined,
): Forecast {
  if (watch && grown > 0 && watch.judgedMs > 0 && !tellsByConnections(grown, connections, watch)) {
    const perMinute = (grown * 60_000) / watch.judgedMs;
    return {
      connectionsLeft: undefined,
      minutesLeft: left === undefined ? undefined : left / perMinute,
      perMinute,
    };
  }
  const perConnection = grown / Math.max(1, connections);
  const isTold = left !== undefined && perConnection > 0;
  return { connectionsLeft: isTold ? Math.floor(left / perConnection) : undefined };
}

function tellsByConnections(grown: number, connections: number, { acceptedBy }: WatchFacts): boolean {
  return acceptedBy === 'server' && (connections >= MIN_CONNECTIONS || grown <= connections);
}

const MIN_CONNECTIONS = 20;
