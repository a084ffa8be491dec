import type { ServerKind } from '../server-kind.js';

/** All that is said of a kind of finding and does not depend on what was found. */
export interface Explanation {
  /** One line, for the list of kinds. */
  readonly summary: string;
  /** What it is, one text for each paragraph. */
  readonly what: Texts;
  /** The most likely reason, as the report says it. */
  readonly cause: string;
  /** Where to look, as the report says it. */
  readonly advice: string;
  /** The same for a server that was seen to be of a certain kind, where there is more to say. */
  readonly adviceFor?: Readonly<Partial<Record<ServerKind, string>>>;
  /** How to see it by hand. PORT and PID stand for those of the server. */
  readonly byHand: readonly [Step, ...Step[]];
  readonly causes: Texts;
  readonly sketches: readonly [Sketch, ...Sketch[]];
  /** Commands of this program that come next. */
  readonly next: readonly [Step, ...Step[]];
}

export type Texts = readonly [string, ...string[]];

/** A command to type, and what it shows. */
export interface Step {
  readonly run: string;
  readonly shows: string;
}

/** Code before and after, by language. Only what matters of it. */
export interface Sketch {
  readonly language: 'C' | 'Go' | 'Node' | 'Python' | 'Java' | 'shell';
  /** What is wrong with the first one. */
  readonly wrong: string;
  readonly before: string;
  readonly after: string;
}

/** A hundred clients that connect and close, without any tool but bash. */
export const CONNECT_AND_CLOSE = 'for i in $(seq 100); do : </dev/tcp/127.0.0.1/PORT; done';
