import type { HowItEnded } from '../exit-words.js';
import type { JavaHeap } from '../proc/parse/hsperfdata.js';
import type { SocketRow } from '../proc/parse/socket-table.js';
import type { Settled } from '../sampler/settle.js';
import type { Snapshot } from '../sampler/snapshot.js';
import type { Runtime } from '../target/runtime.js';
import type { ClientName } from '../workload/client-names.js';
import type { CycleOrigin } from '../workload/ledger.js';
import type { Tally } from '../workload/tally.js';
import type { GaugeSeries } from './gauge-series.js';
import type { HeldSocket } from './held.js';
import type { HeldClients } from './held-clients.js';
import type { Kind } from './kinds.js';
import type { WatchFacts } from './watched-load.js';

/** A settled reading at the end of a round of cycles. */
export interface Round {
  readonly phase: 'cycles' | 'confirm';
  /** Connections opened in the whole run when the round ended. */
  readonly connections: number;
  readonly anonBytes: number | undefined;
  /** How much of it was used since the warm-up; undefined where that cannot be read, or says nothing. */
  readonly touchedBytes?: number | undefined;
  /** The lowest reading within a confirming round, behind one of its portions: a heap gives its room back for moments. */
  readonly lowest?: { readonly connections: number; readonly anonBytes: number } | undefined;
  /** Entries that poll(2) was given beyond the descriptors that are open; undefined where nobody sleeps there. */
  readonly pollEntries?: number | undefined;
  /** What the last garbage collection of a JVM left; undefined where it does not tell, and for all others. */
  readonly heap: JavaHeap | undefined;
  /** What cannot be attributed to a connection, counted; not in the middle of the judged cycles, where it costs too much. */
  readonly counts: Census | undefined;
}

/** What some connections cost the server, from before the first to the moment of rest behind the last. */
export interface WorkRound {
  readonly phase: Round['phase'];
  /** Connections opened in the whole run when it ended, and those of this round. */
  readonly connections: number;
  readonly made: number;
  /** CPU time of the threads that were alive; of all that there were, and of children that were waited for. */
  readonly livingNs: number;
  /** For which they were ready to run while others had the CPU. */
  readonly waitNs: number;
  readonly ticks: number;
  /** CPU time of this process, which does the same for every connection: it tells how slow the machine was. */
  readonly ownNs: number;
}

/** How fast some of the judged cycles were made, and what they cost this process. */
export interface Pace {
  readonly cycles: number;
  readonly durationMs: number;
  readonly ownCpuMs: number;
}

/** Everything that is judged by whether it recurs, counted in one snapshot. Sockets: those held since before the run. */
export type CensusKey =
  | 'dead-socket'
  | 'upstream'
  | 'other-socket'
  | 'pipe'
  | 'file'
  | 'device'
  | 'eventfd'
  | 'eventpoll'
  | 'timerfd'
  | 'signalfd'
  | 'inotify'
  | 'io_uring'
  | 'anonymous'
  | 'thread'
  | 'child'
  | 'zombie'
  | 'mapping';

export type Census = Readonly<Record<CensusKey, number>>;

/** A process that was there before the run and is not there now. */
export interface Departed {
  readonly pid: number;
  readonly comm: string;
  /** It held the listening socket, alone or at the top of its tree. */
  readonly isRoot: boolean;
  /** It was serving a connection of somebody else before the run: its end was due. */
  readonly servedOther: boolean;
  /** A new process of the same program stands in its place. */
  readonly replacedBy: number | undefined;
  /** The signal that it died of, which can be seen only while it is a zombie; undefined else. */
  readonly signal?: number | undefined;
  /** As its parent was told, where that is us. */
  readonly ended?: HowItEnded | undefined;
  /** What it called itself. */
  readonly title?: string | undefined;
  /** What the kernel has logged of its end. */
  readonly logged?: { readonly signal: string; readonly said: string } | undefined;
}

/** Connections that were held open until the server answered, to see whether a worker dies with one in its hands. */
export interface Watched {
  readonly of: number;
  /** Ended by the server before it answered. */
  readonly ended: number;
  /** Of these, those that ended together with a worker. */
  readonly cutOff: number;
}

/** A connection that was followed by the inode of the server's end, past the tables. */
export interface Followed {
  readonly connection: number;
  readonly descriptors: ReadonlyArray<{ readonly pid: number; readonly number: number }>;
}

/** What was gained in some cycles of one client. */
export interface PerClientGrowth {
  readonly client: ClientName;
  readonly cycles: number;
  readonly growth: Census;
}

/** All that the judge knows. Plain data: the judge has no clock and reads nothing. */
export interface Evidence extends Unusual {
  readonly serverPort: number | undefined;
  readonly concurrency: number;
  readonly ratePerSecond: number | undefined;
  readonly rampMs: number;
  readonly timeoutMs: number;
  readonly before: Snapshot;
  /** After the warm-up, settled. */
  readonly baseline: Snapshot;
  readonly after: Snapshot;
  readonly baselineCounts: Census;
  readonly rounds: readonly Round[];
  /** The judged cycles, portion by portion. */
  readonly pace: readonly Pace[];
  /** The judged cycles and the confirming ones, round by round; none where that cannot be read, or says nothing. */
  readonly work?: readonly WorkRound[];
  /** undefined when no clients were held. */
  readonly hold: HeldClients | undefined;
  readonly warmup: Tally;
  readonly cycles: Tally;
  readonly confirm: Tally;
  /** Connections opened in the whole run, confirmation included. */
  readonly connections: number;
  /** Connections of the warm-up and of the judged cycles: what counts are told for. */
  readonly judgedConnections: number;
  readonly warmupConnections: number;
  readonly settled: Settled;
  readonly held: readonly HeldSocket[];
  /** Forgotten connections when the judged cycles had settled; `held` has those that further cycles did not free. */
  readonly heldAtRest: number;
  /**
   * Connections of confirming cycles that were seen accepted while they were open, and the descriptors that refer to
   * them still: none when the server let go. undefined when there was no reason to follow any.
   */
  readonly followed: readonly Followed[] | undefined;
  /** undefined when no worker ended. */
  readonly watched: Watched | undefined;
  /** Connections of ours that are held by processes outside of the tree (their pids), or by nobody that can be found. */
  readonly outside: ReadonlyArray<{ readonly row: SocketRow; readonly pids: readonly number[] }>;
  /** Connections that wait to be accepted at the end. */
  readonly acceptQueue: number;
  /** How that was waited for, which is later than `settled` where further cycles were made. */
  readonly queueSettled: Settled;
  readonly unaccepted: readonly SocketRow[];
  readonly departed: readonly Departed[];
  readonly listenerGone: boolean;
  readonly listenOverflows: number;
  readonly listenDrops: number;
  /** Of the whole network namespace: connections reset before accept() could have had them, and why they could not. */
  readonly embryonicResets: number;
  readonly deferredDrops: number;
  /** Drops of its own listeners in their whole life: full queues, deferred handshakes; undefined if not asked or told. */
  readonly ownDrops?: number | undefined;
  readonly originOf: (connection: number) => CycleOrigin;
  readonly connectionOf: (port: number) => number | undefined;
  /** Behaviours that the clients had, and which of them a connection had. */
  readonly clients: readonly ClientName[];
  readonly clientOf: (connection: number) => ClientName;
  /** What the server gained while one client after the other was alone with it: asked for where several had taken turns. */
  readonly apart: readonly PerClientGrowth[];
  /** The user has said what to send or to expect: the server is meant to understand it. */
  readonly requestIsMeant: boolean;
  /** Two looks at the settled server with nobody talking to it, when it was watched for a while. */
  readonly quiet:
    | {
        readonly from: Snapshot;
        readonly to: Snapshot;
        /** A thread was running, or waiting for a CPU, whenever it was looked at. */
        readonly runsOn?: boolean;
      }
    | undefined;
  /** It ran already before the first cycle, with nobody talking to it. */
  readonly ranBefore?: boolean;
  /** Calls in which its threads slept before the first cycle, such as "epoll_wait"; none where that may not be read. */
  readonly waits: readonly string[];
  /** How the memory of the server is managed. */
  readonly runtime: Runtime;
  readonly rootCount: number; // processes at the top of the tree; what is below them are children
  readonly fdLimit: number | undefined;
  /** Descriptors that may still be used up, where this run has only a share of what the limit leaves. */
  readonly fdRoom?: number | undefined;
  /** It keeps freed memory, so that this cannot be judged; what it has to say itself is heard of a server that was started. */
  readonly checker?: { readonly name: 'sanitizer' | 'valgrind'; readonly isHeard: boolean } | undefined;
  /** Nobody has said how many cycles: some more may take the server past that limit. */
  readonly passesLimit?: boolean;
  readonly maxMapCount: number | undefined;
  /** Tasks that may exist where the server lives, and that did at the end. */
  readonly pidsLimit: { readonly most: number; readonly now: number } | undefined;
  readonly confirming?: readonly MadeRound[];
  readonly budgetSpent: boolean;
  readonly interrupted: boolean;
}

/**
 * A round that the judge asked for: how many cycles, what was suspected, and what was done but making them. Evidence has
 * none of them where the connections were not ours, or the server is out of sight.
 */
interface MadeRound {
  readonly cycles: number;
  readonly suspects: readonly string[];
  readonly manner?: 'follow' | 'watch';
}

/** What the clients of a run have asked for. */
export interface Asked {
  /** Some of them sent a whole request. */
  readonly isRequest: boolean;
  /** Methods and paths, where that was HTTP. */
  readonly routes: readonly string[];
  /** Statuses that were expected: "2xx", "404". */
  readonly accepts: readonly string[];
  /** Some of them stayed without a word for a while. */
  readonly isIdle: boolean;
}

/** What is known beside that in some runs. */
interface Unusual {
  /** What was asked of the server; undefined where others made the connections. */
  readonly asked?: Asked | undefined;
  /** Why no more connections were made, though more were needed to confirm; undefined: nobody had set an end to them. */
  readonly capped?: { readonly connections: number; readonly because: 'option' | 'method' } | undefined;
  /** Name of the executable that serves. */
  readonly program?: string | undefined;
  /** Numbers that the server itself exposes; none when nobody named any. */
  readonly gauges?: readonly GaugeSeries[] | undefined;
  /** Kinds that could not be observed at all. */
  readonly blind?: readonly Kind[] | undefined;
  /** The server could not be looked into: it was judged by what it says of itself. */
  readonly far?: { readonly isServing: boolean } | undefined;
  /** Others made the connections: what is called a cycle elsewhere is then a connection that was accepted. */
  readonly watch?: WatchFacts | undefined;
}
