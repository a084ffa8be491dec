/** One address on the stack of a call, as strace prints it. */
export interface RawFrame {
  /** Path of the program or library. */
  readonly object: string;
  /** What the unwinder calls it: the nearest name that is exported, which may be another function's. */
  readonly symbol: string;
  /** Where in the file the call returns to. */
  readonly address: number;
}

/** One system call of the server. */
export interface Call {
  readonly tid: number;
  readonly name: string;
  /** As strace prints them. */
  readonly args: string;
  /** "5", "-1 ECONNRESET", "0x7fd5a4a71000", "?". */
  readonly result: string;
  /** What stands behind a descriptor that was given back: "socket:[4711]", "/tmp/x". */
  readonly gave: string;
  /** Innermost first; empty where the stack could not be walked. */
  readonly stack: readonly RawFrame[];
}

/** A thread, or a process, that has ended. */
interface Exit {
  readonly tid: number;
  readonly exited: true;
}

export type TraceEvent = Call | Exit;

/**
 * Reads what `strace -f -k -y -o` writes: calls in the order in which they ended, each with its stack, and ends of
 * threads. A last line that is cut off is left out, as are lines that are neither.
 */
export function parseTrace(text: string): TraceEvent[] {
  const events: TraceEvent[] = [];
  const begun = new Map<number, { readonly text: string; readonly stack: readonly RawFrame[] }>();
  const exits = new Map<number, RawFrame[]>();
  let stack: RawFrame[] = [];
  for (const line of text.slice(0, text.lastIndexOf('\n') + 1).split('\n')) {
    const frame = line.startsWith(' > ') ? FRAME.exec(line) : undefined;
    if (frame) {
      const [, object = '', symbol = '', address = ''] = frame;
      stack.push({ object, symbol: symbol.replace(/\+0x[0-9a-f]+$/, ''), address: Number(address) });
      continue;
    }
    const [, pid, said = ''] = LINE.exec(line) ?? [];
    if (pid === undefined) continue;
    const tid = Number(pid);
    // Frames belong to the line above them: of a call that does not return (exit_group) that is its beginning.
    stack = [];
    const unfinished = UNFINISHED.exec(said);
    if (unfinished) {
      begun.set(tid, { text: unfinished[1] ?? '', stack });
      continue;
    }
    if (said.startsWith('+++')) {
      // The stack of the call that ended it comes behind its end.
      stack = exits.get(tid) ?? [];
      events.push({ tid, exited: true });
      continue;
    }
    const resumed = RESUMED.exec(said);
    const before = resumed ? begun.get(tid) : undefined;
    if (resumed) begun.delete(tid);
    const whole = WHOLE.exec(resumed ? (before?.text ?? `${resumed[1]}(`) + resumed[2] : said);
    if (!whole) continue;
    const [, name = '', args = '', result = ''] = whole;
    if (before && before.stack.length > 0) stack = [...before.stack];
    const [, value = '', gave = ''] = /^(-?\w+|\?)(?:<(.*)>)?/.exec(result) ?? [];
    const error = /^-1 (E\w+)/.exec(result)?.[1];
    if (name.startsWith('exit')) exits.set(tid, stack);
    events.push({
      tid,
      name,
      args,
      result: error ? `-1 ${error}` : value,
      gave,
      stack,
    });
  }
  return events;
}

const LINE = /^(\d+) +(.*)$/;
const UNFINISHED = /^(\w+\(.*?)\s*<unfinished \.\.\.>$/;
const RESUMED = /^<\.\.\. (\w+) resumed>(.*)$/;
const WHOLE = /^(\w+)\((.*)\)\s+= (.*)$/;
const FRAME = /^ > (.+?)\((.*)\) \[(0x[0-9a-f]+)\]$/;
