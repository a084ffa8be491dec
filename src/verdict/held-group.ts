import type { TcpState } from '../proc/parse/socket-table.js';
import type { CensusKey } from './evidence.js';
import type { Pattern } from './pattern.js';

/** Things of one sort that are held: sockets by state, other descriptors by kind. */
export interface HeldGroup {
  readonly what:
    | 'connection'
    | 'outside'
    | 'nowhere'
    | Exclude<CensusKey, 'thread' | 'child' | 'zombie' | 'mapping'>;
  readonly state: TcpState | undefined;
  /** Distinct objects. */
  readonly count: number;
  /** Descriptors that refer to them: more than `count` after dup(2) or fork(2). */
  readonly descriptors: number;
  readonly pids: readonly number[];
  readonly fdNumbers: readonly number[];
  /** Which cycles they came from, where that is known. */
  readonly pattern: Pattern | undefined;
  /** How many of them came from the warm-up. */
  readonly inWarmup: number;
  readonly heldClients?: readonly number[];
  /** Growth in each confirming round, where recurrence was asked for. */
  readonly perRound: readonly number[];
  /** What became of connections that were followed by their inodes; only sockets in no table need that. */
  readonly followed?: FollowedGroup | undefined;
}

export interface FollowedGroup {
  readonly of: number;
  /** Numbers of the confirming cycles whose connections were kept. */
  readonly keptCycles: readonly number[];
  /** Which of the followed ones they were. */
  readonly pattern: Pattern;
  readonly fdNumbers: readonly number[];
}
