import type { Answered } from './answers.js';
import type { CensusKey, Change } from './evidence.js';

/** Something a reader should know that is nobody's fault. Each is a fact; the words are in `report/notes.ts`. */
export type Note =
  | { readonly note: 'opened-once'; readonly what: CensusKey; readonly count: number }
  | { readonly note: 'levelled-off'; readonly what: CensusKey; readonly perRound: readonly number[] }
  | {
      readonly note: 'unconfirmed';
      readonly what: CensusKey;
      readonly count: number;
      readonly perRound: readonly number[];
    }
  | { readonly note: 'closed-late'; readonly afterMs: number }
  | { readonly note: 'memory-unrested' }
  /** There were too few readings for a trend. */
  | { readonly note: 'memory-brief' }
  /** It runs with a checker, which keeps freed memory; what that has to say is heard where churn started the server. */
  | {
      readonly note: 'memory-checked';
      readonly checker: { readonly name: 'sanitizer' | 'valgrind'; readonly isHeard: boolean };
    }
  | { readonly note: 'work-undecided'; readonly firstUs: number; readonly lastUs: number }
  | { readonly note: 'stale-entries'; readonly before: number; readonly after: number }
  | { readonly note: 'closed-with-later'; readonly count: number }
  | {
      readonly note: 'draining';
      readonly outstanding: number;
      readonly waitedMs: number;
      /** What was held has changed meanwhile. */
      readonly falls: boolean;
      /** It was not waited until it had come to an end. */
      readonly interrupted: boolean;
    }
  | { readonly note: 'other-clients'; readonly count: number }
  | {
      readonly note: 'memory-undecided';
      /** Bytes per cycle that may have been missed. */
      readonly bound: number;
      /** Bytes that it has grown by since the warm-up, and per cycle lately; both 0 where it did not rise. */
      readonly grown: number;
      readonly perCycle: number;
      /** A collector may not have come yet. */
      readonly isCollected: boolean;
      /** So many would decide it. */
      readonly cycles: number;
    }
  /** It grew, and a timer of the server may let all of it go. */
  | {
      readonly note: 'memory-timed';
      readonly grown: number;
      readonly perCycle: number;
      /** The call that it sleeps in until then. */
      readonly call: string;
      /** Since the first connection. */
      readonly dueMs: number;
      /** A run of that length decides it. */
      readonly durationMs: number;
    }
  /** Memory was judged by the live heap, behind collections that were forced between these connections. */
  | {
      readonly note: 'heap-read';
      readonly from: number;
      readonly to: number;
      readonly low: number;
      readonly high: number;
    }
  /** What is alive rises, by bytes per cycle, and may be a cache that fills; so many cycles decide it. */
  | { readonly note: 'heap-rises'; readonly perCycle: number; readonly to: number; readonly cycles: number }
  /** Why that could not be read; a sentence. */
  | { readonly note: 'heap-unread'; readonly why: string }
  /** Garbage was collected too rarely for a bound; so many cycles may be enough. */
  | { readonly note: 'memory-uncollected'; readonly cycles: number }
  /** While others used the server; no trend by connections says whether it comes to an end. */
  | {
      readonly note: 'memory-grew';
      readonly bytes: number;
      readonly overMs: number;
      readonly isRising: boolean;
    }
  /** The server became another one in the middle of the run, in this order. */
  | { readonly note: 'changed'; readonly changes: readonly Change[] }
  | { readonly note: 'instant-eof'; readonly count: number; readonly of: number }
  | { readonly note: 'not-handed-over'; readonly count: number; readonly of: number }
  | { readonly note: 'spinning'; readonly cpuPercent: number }
  | { readonly note: 'overflows'; readonly count: number }
  | { readonly note: 'unseen'; readonly pids: readonly number[] }
  | {
      readonly note: 'never-closed';
      readonly count: number;
      readonly unawaited: number;
      /** Connections that are held now. */
      readonly held: number;
    }
  | { readonly note: 'not-answered'; readonly closedFirst: boolean; readonly timeoutMs: number }
  | { readonly note: 'turned-down'; readonly count: number; readonly of: number }
  /** The answers of a route were not those that were expected, so that it was not tried. */
  | { readonly note: 'not-reached'; readonly answered: Answered; readonly accepts: readonly string[] }
  /** What was asked for is a stream of events, which has no end. */
  | { readonly note: 'endless'; readonly timeoutMs: number }
  /** The server ended connections before all requests were made on them. */
  | { readonly note: 'cut-short'; readonly count: number }
  /** More connections would have been needed to confirm. */
  | { readonly note: 'capped'; readonly connections: number; readonly because: 'option' | 'method' }
  /** The cycles that were asked for would have taken too long, `concurrency` of them at a time. */
  | {
      readonly note: 'too-slow';
      readonly made: number;
      readonly wanted: number;
      readonly tookMs: number;
      readonly concurrency: number;
    }
  | { readonly note: 'own-cpu'; readonly percent: number }
  | { readonly note: 'own-slowdown'; readonly fromUs: number; readonly toUs: number }
  | {
      readonly note: 'rate-missed';
      readonly wanted: number;
      readonly made: number;
      /** Connections that could be open at a time. */
      readonly most: number;
    }
  /** Nobody watches over connections that say nothing, as far as that can be seen. */
  | { readonly note: 'unwatched' }
  | { readonly note: 'held-short'; readonly opened: number; readonly wanted: number }
  | { readonly note: 'held-ended'; readonly count: number; readonly of: number }
  | { readonly note: 'gauge-unread'; readonly name: string; readonly missing: string }
  | {
      readonly note: 'gauge-levelled';
      readonly name: string;
      readonly before: number;
      readonly after: number;
      readonly perRound: readonly number[];
    }
  | {
      readonly note: 'gauge-undecided';
      readonly name: string;
      readonly before: number;
      readonly after: number;
      readonly draining: boolean;
    }
  | { readonly note: 'gauge-bytes'; readonly name: string; readonly bound: number | undefined }
  /** Processes that a program of this kind ends by design. */
  | {
      readonly note: 'retired';
      readonly pids: readonly number[];
      readonly program: string;
      readonly what: string;
    }
  /** The load has printed so many lines, and none of them announces a phase. */
  | { readonly note: 'no-stage'; readonly pattern: string; readonly lines: number }
  | { readonly note: 'far'; readonly isServing: boolean }
  | { readonly note: 'confirmed-with'; readonly cycles: number };
