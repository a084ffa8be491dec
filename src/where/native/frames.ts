import type { Touch } from '../found.js';
import type { Sources } from '../source.js';
import { type CodePlace, SYSTEM_LIBRARY, type Symbols } from './symbols.js';
import type { Call, RawFrame } from './trace.js';

/** A call and its stack, as it is told: without what stands below main() and above the call of the program itself. */
export function touchOf(call: Call, symbols: Symbols, sources: Sources): Touch {
  return {
    call: call.name,
    result: resultOf(call),
    frames: ownSymbols(call.stack, symbols).map(symbol => sources.frame(symbol)),
  };
}

/** What tells two ways through the code apart. */
export function keyOf(call: Call, symbols: Symbols): string {
  const result = resultOf(call).replace(/^\d*[1-9]\d*$/, 'some');
  return [call.name, result, ...ownSymbols(call.stack, symbols).map(({ at, line }) => `${at}:${line}`)].join(
    '\n',
  );
}

/** The functions of the program, innermost first. The C library is left out, unless there is nothing else. */
function ownSymbols(stack: readonly RawFrame[], symbols: Pick<Symbols, 'tell'>): readonly CodePlace[] {
  const all = stack.flatMap(frame => symbols.tell(frame));
  const own = all.filter(isOwn);
  return (own.length > 0 ? own : all).slice(0, MOST_FRAMES);
}

function isOwn({ object, line, function: name = '' }: CodePlace): boolean {
  return line !== undefined || !(SYSTEM_LIBRARY.test(object) || BELOW_MAIN.test(name));
}

/** What a call gave, where that tells something: a number of a new descriptor or an address does not. */
function resultOf({ name, result }: Call): string {
  return /^-1 /.test(result) || COUNTS.test(name) ? result : '';
}

const COUNTS = /^(p?readv?2?|pread64|p?writev?2?|pwrite64|recv\w*|send\w*)$/;
const BELOW_MAIN = /^(_start|__libc_start\w*|__libc_init\w*|start_thread|__?clone3?)$/;
const MOST_FRAMES = 12;
