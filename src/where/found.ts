import type { Count } from '../units.js';

/** One line of a source file, as it is shown. */
export interface SourceLine {
  readonly number: Count;
  readonly text: string;
  /** The line that is meant; the others stand around it. */
  readonly marked: boolean;
}

/** One call on a stack, innermost first. Text of it comes from the server's own files. */
export interface Frame {
  /**
   * As the program calls it; null where it was stripped.
   *
   * @minLength 1
   */
  readonly function: string | null;
  /** Relative to the working directory where it lies inside it; null without debug information. */
  readonly file: string | null;
  /** Counted from 1. */
  readonly line: Count | null;
  /** The program or library, and the address in it, for those who look themselves: "server+0x12b8"; empty where there is none. */
  readonly at: string;
  /** Three lines around it, where the file can be read. */
  readonly source: readonly SourceLine[];
}

/** Something that was done to what is kept, and where in the code. */
export interface Touch {
  /**
   * The call: "accept4", "read".
   *
   * @minLength 1
   */
  readonly call: string;
  /** What it gave: "0", "-1 ECONNRESET"; empty where that says nothing. */
  readonly result: string;
  readonly frames: readonly Frame[];
}

/** How those were let go that were made at the same place and are not kept: beside the others, the difference is the bug. */
export interface LetGo {
  readonly count: Count;
  /** The last thing that was done before; null where nothing was. */
  readonly before: Touch | null;
  readonly by: Touch;
}

/** Objects on the heap of a runtime: how big they are, and what keeps them. */
export interface KeptObjects {
  /** Of one of them, without what it refers to. */
  readonly shallowBytes: Count;
  /** Of one of them, with all that goes when it goes. */
  readonly retainedBytes: Count;
  /** It was there before, and has become larger: by these bytes. */
  readonly isGrown: boolean;
  /** The variable, property or function that they can be reached by, and its line: "Map `sessions`"; null where none is. */
  readonly keptBy: Touch | null;
}

/** Things that were kept, made at one place and last touched at another: they went one way through the code. */
export interface Place {
  /** Of `of` that were made there; of objects on a heap, on `of` cycles. */
  readonly count: Count;
  readonly of: Count;
  /**
   * What they are: "connection", "file /tmp/x", "Session".
   *
   * @minLength 1
   */
  readonly what: string;
  readonly made: Touch | null;
  /** The last thing that was done to them; null where nothing was after they were made. */
  readonly last: Touch | null;
  readonly letGo: LetGo | null;
  /** What keeps it, where a runtime tells that, or what else is known of it: one line each. */
  readonly kept: readonly string[];
  /** Where memory grows, and a runtime tells what it is. */
  readonly heap?: KeptObjects;
}

/** What was found out about one finding: the places, and what could not be had. */
export interface Found {
  readonly places: readonly Place[];
  /** Sentences: what is missing, and what would give it. */
  readonly remarks: readonly string[];
}

/** Nothing could be had, and why. */
export function unknown(sentence: string): Found {
  return { places: [], remarks: [sentence] };
}
