import type { Touch } from '../found.js';
import type { Sources } from '../source.js';
import { type CodePlace, OF_THE_LANGUAGE, SYSTEM_LIBRARY, type Symbols } from './symbols.js';
import type { Call, RawFrame } from './trace.js';

/** A call and its stack, as it is told: without what stands below main() and above the call of the program itself. */
export function touchOf(call: Call, symbols: Symbols, sources: Sources): Touch {
  return {
    call: call.name,
    result: resultOf(call),
    frames: placesOf(call.stack, symbols).map(place => sources.frame(place)),
  };
}

/** What tells two ways through the code apart. */
export function keyOf(call: Call, symbols: Symbols): string {
  const result = resultOf(call).replace(/^\d*[1-9]\d*$/, 'some');
  return [call.name, result, ...placesOf(call.stack, symbols).map(({ at, line }) => `${at}:${line}`)].join(
    '\n',
  );
}

/**
 * The functions of the program, innermost first. The C library is left out, and libraries without debug information where
 * the program calls them: who reads it wants his own line.
 */
export function ownPlaces(all: readonly CodePlace[]): readonly CodePlace[] {
  const own = all.filter(
    ({ object, function: name = '', file = '' }) =>
      !(
        SYSTEM_LIBRARY.test(object) ||
        BELOW_MAIN.test(name) ||
        (file.endsWith('.rs') ? STANDARD_OF_RUST.test(file) : OF_THE_LANGUAGE.test(name))
      ),
  );
  const first = own.findIndex(({ line }) => line !== undefined);
  return (own.length > 0 ? own.slice(Math.max(0, first)) : all).slice(0, MOST_FRAMES);
}

function placesOf(stack: readonly RawFrame[], symbols: Symbols): readonly CodePlace[] {
  return ownPlaces(stack.flatMap(frame => symbols.tell(frame)));
}

/** What a call gave, where that tells something: a number of a new descriptor or an address does not. */
function resultOf({ name, result }: Call): string {
  return /^-1 /.test(result) || COUNTS.test(name) ? result : '';
}

const COUNTS = /^(p?readv?2?|pread64|p?writev?2?|pwrite64|recv\w*|send\w*)$/;
const BELOW_MAIN = /^(_start|__libc_start\w*|__libc_init\w*|start_thread|__?clone3?)$/;
/** By its file: eu-addr2line does not know how newer ones are mangled, and what is inlined has the name of what it is in. */
const STANDARD_OF_RUST = /\/rustc[-/][\w.]+\/library\//;
const MOST_FRAMES = 12;
