import type { HowItEnded } from '../exit-words.js';
import type { LiveHeap } from '../gather/live-heap.js';
import type { GaugeManner } from '../options/gauge.js';
import type { JavaHeap } from '../proc/parse/hsperfdata.js';
import type { SocketRow, SocketTimer, TcpState } from '../proc/parse/socket-table.js';
import type { Settled } from '../sampler/settle.js';
import type { PendingTimer } from '../sampler/sleep.js';
import type { Snapshot } from '../sampler/snapshot.js';
import type { Runtime } from '../target/runtime.js';
import type { ClientName } from '../workload/client-names.js';
import type { CycleOrigin } from '../workload/ledger.js';
import type { Tally } from '../workload/tally.js';
import type { WatchFacts } from './watched-load.js';

/** A settled reading at the end of a round of cycles. */
export interface Round {
  readonly phase: 'cycles' | 'confirm';
  /** Connections opened in the whole run when the round ended. */
  readonly connections: number;
  /** When it ended, on the clock of the snapshots; undefined where rounds are not told by time. */
  readonly atMs?: number | undefined;
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
  /** How often they were given a CPU. A server that works off several connections in one turn pays for one wake-up. */
  readonly turns: number;
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
export const CENSUS_KEYS = [
  'dead-socket',
  'upstream',
  'other-socket',
  'pipe',
  'file',
  'device',
  'eventfd',
  'eventpoll',
  'timerfd',
  'signalfd',
  'inotify',
  'io_uring',
  'anonymous',
  'thread',
  'child',
  'zombie',
  'mapping',
] as const;

export type CensusKey = (typeof CENSUS_KEYS)[number];

export type Census = Readonly<Record<CensusKey, number>>;

/**
 * What a new socket of the server is:
 * - `connection`: its peer is a port of one of our cycles, and our end of it is gone: a leaked connection, proved;
 * - `dead-socket`: in no table of the kernel; the connection was reset, or it never had one;
 * - `other-client`: a connection of somebody else;
 * - `upstream`: TCP to somewhere else, such as a database;
 * - `other-socket`: Unix, UDP, netlink, listening.
 */
export type SocketRole = 'connection' | 'dead-socket' | 'other-client' | 'upstream' | 'other-socket';

/** The other end of a connection to another server; that is on this machine, as far as its address tells. */
export interface Peer {
  readonly host: string;
  readonly port: number;
  readonly isLocal: boolean;
}

/** A socket that the server holds and did not hold before: one object, however many descriptors refer to it. */
export interface HeldSocket {
  readonly role: SocketRole;
  readonly inode: number;
  readonly state: TcpState | undefined;
  /** Which of our connections it is, for the role `connection`. */
  readonly connection: number | undefined;
  readonly client?: string | undefined; // address and port that it came from, where the kernel still knows them
  readonly peer?: Peer | undefined; // for the role `upstream`
  /** "→ 127.0.0.1:6379 redis-server", for connections to other servers as far as they can be seen; text from outside. */
  readonly name?: string | undefined;
  readonly descriptors: ReadonlyArray<{ readonly pid: number; readonly number: number }>;
}

/** `listener`: it listens with another socket at the same address. `program`: a process has executed a program anew. */
export type Change = 'listener' | 'program';

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

/**
 * All that the judge knows. Plain data: the judge has no clock and reads nothing. What is known only of connections that
 * we made ourselves stands in `own`, what is known of those that others made in `watch`; one of the two is there. A server
 * that cannot be looked into has empty looks, and `far`.
 */
export interface Evidence {
  readonly own?: OwnCycles | undefined;
  /** What is called a cycle elsewhere is then a connection that was accepted. */
  readonly watch?: WatchFacts | undefined;
  /** The server could not be looked into: it was judged by what it says of itself. */
  readonly far?: { readonly isServing: boolean } | undefined;
  readonly serverPort: number | undefined;
  /** Name of the executable that serves. */
  readonly program?: string | undefined;
  readonly timeoutMs: number;
  readonly before: Snapshot;
  /** After the warm-up, settled. */
  readonly baseline: Snapshot;
  readonly after: Snapshot;
  readonly beforeCounts: Census;
  readonly baselineCounts: Census;
  readonly rounds: readonly Round[];
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
  /** Connections of ours that are held by processes outside of the tree (their pids), or by nobody that can be found. */
  readonly outside: ReadonlyArray<{ readonly row: SocketRow; readonly pids: readonly number[] }>;
  /** Connections that wait to be accepted at the end. */
  readonly acceptQueue: number;
  /** How that was waited for, which is later than `settled` where further cycles were made. */
  readonly queueSettled: Settled;
  readonly unaccepted: readonly SocketRow[];
  readonly departed: readonly Departed[];
  readonly listenerGone: boolean;
  /** What the server has become in the middle of the run, in the order in which it was seen; undefined: nothing was. */
  readonly changes?: readonly Change[];
  readonly listenOverflows: number;
  readonly listenDrops: number;
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
  /** It keeps freed memory, so that this cannot be judged; what it has to say itself is heard of a server that was started. */
  readonly checker?: { readonly name: 'sanitizer' | 'valgrind'; readonly isHeard: boolean } | undefined;
  readonly maxMapCount: number | undefined;
  /** Tasks that may exist where the server lives, and that did at the end. */
  readonly pidsLimit: { readonly most: number; readonly now: number } | undefined;
  /** Numbers that the server itself exposes; none when nobody named any. */
  readonly gauges?: readonly GaugeSeries[] | undefined;
  /** Rounds that were made because the judge asked for them, and why. */
  readonly confirming: readonly MadeRound[];
  readonly budgetSpent: boolean;
  readonly interrupted: boolean;
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

/** What is known of connections because we made them. */
export interface OwnCycles {
  readonly asked?: Asked | undefined;
  /** Why no more of them were made, though more were needed to confirm; undefined: nobody had set an end to them. */
  readonly capped?: { readonly connections: number; readonly because: 'option' | 'method' } | undefined;
  readonly tooSlowFor?: number | undefined; // so many cycles were asked for, and fewer made in their time
  readonly concurrency: number;
  readonly workers?: number; // threads of our own that shared them
  readonly sources?: readonly string[]; // addresses that they came from, where some were named
  readonly ratePerSecond: number | undefined;
  readonly rampMs: number;
  /** The judged cycles, portion by portion. */
  readonly pace: readonly Pace[];
  /** The judged cycles and the confirming ones, round by round; none where that cannot be read, or says nothing. */
  readonly work?: readonly WorkRound[];
  readonly hold: HeldClients | undefined; // no clients were held
  readonly originOf: (connection: number) => CycleOrigin;
  readonly connectionOf: (port: number, address: string) => number | undefined;
  /** Behaviours that the clients had, and which of them a connection had. */
  readonly clients: readonly ClientName[];
  readonly clientOf: (connection: number) => ClientName;
  readonly silence?: SocketTimer | undefined; // of a connection that says nothing; undefined: not seen
  readonly timer?: PendingTimer | undefined; // undefined: none was seen
  readonly liveHeap?: LiveHeap | undefined; // undefined: nobody may ask for it
  /** What the server gained while one client after the other was alone with it: asked for where several had taken turns. */
  readonly apart: readonly PerClientGrowth[];
  /** The user has said what to send or to expect: the server is meant to understand it. */
  readonly requestIsMeant: boolean;
  /**
   * Connections of confirming cycles that were seen accepted while they were open, and the descriptors that refer to
   * them still: none when the server let go. undefined when there was no reason to follow any.
   */
  readonly followed: readonly Followed[] | undefined;
  readonly watched: Watched | undefined; // undefined: no worker ended
  /** Of the whole network namespace: connections reset before accept() could have had them, and why they could not. */
  readonly embryonicResets: number;
  readonly deferredDrops: number;
  /** Drops of the server's own listeners in their whole life: full queues, deferred handshakes; undefined if not asked or told. */
  readonly ownDrops?: number | undefined;
  /** Descriptors that may still be used up, where this run has only a share of what the limit leaves. */
  readonly fdRoom?: number | undefined;
  /** Nobody has said how many cycles: some more may take the server past its limit of descriptors. */
  readonly passesLimit?: boolean;
}

/** A round that the judge asked for: how many cycles, what was suspected, and what was done but making them. */
interface MadeRound {
  readonly cycles: number;
  readonly suspects: readonly string[];
  readonly manner?: 'follow' | 'watch';
}

/** One number of the server, read at rest. */
export interface GaugeReading {
  readonly phase: 'before' | 'warm-up' | 'cycles' | 'settled' | 'confirm';
  /** Connections made in the whole run until then. */
  readonly connections: number;
  /** undefined: it could not be read. */
  readonly value: number | undefined;
}

/** What a number that the server exposes has been, from before the first cycle to after the last one. */
export interface GaugeSeries {
  /** Text from outside. */
  readonly name: string;
  readonly manner: GaugeManner;
  readonly readings: readonly GaugeReading[];
  /** It still fell when the time for settling was up. */
  readonly draining: boolean;
  /** Why it could not be read; text from outside. */
  readonly missing: string | undefined;
}

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
  readonly accepted: number; // those of them that have left the accept queue
  readonly failures: Tally['failures'];
  readonly ended: number; // closed by the server while they were held
  readonly end: 'fin' | 'rst'; // how they were let go
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
