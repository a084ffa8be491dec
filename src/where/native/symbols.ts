import { execFile } from 'node:child_process';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { openableImage } from '../../proc/process.js';
import { addressIn } from './elf.js';
import type { RawFrame } from './trace.js';

/** One function on the stack, inlined ones too, innermost first. */
export interface CodePlace {
  readonly function: string | undefined;
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly object: string;
  /** "server+0x12b8" */
  readonly at: string;
}

/** Functions, files and lines of addresses, which are asked of each program or library at once. */
export class Symbols {
  readonly #pid: number;
  readonly #known = new Map<string, readonly CodePlace[]>();
  /** Why there are no lines, in one sentence; undefined where there are. */
  missing: string | undefined;

  constructor(pid: number) {
    this.#pid = pid;
  }

  /** Asks for all of these addresses; they can be told after that. One program is run for each object. */
  async load(frames: Iterable<RawFrame>): Promise<void> {
    const byObject = new Map<string, Map<number, RawFrame>>();
    for (const frame of frames) {
      const known = byObject.get(frame.object) ?? new Map<number, RawFrame>();
      byObject.set(frame.object, known.set(frame.address, frame));
    }
    await Promise.all([...byObject].map(([object, found]) => this.#ask(object, [...found.values()])));
  }

  /** What stands at an address, inlined functions first; the unwinder's own name where nothing was told. */
  tell(frame: RawFrame): readonly CodePlace[] {
    return this.#known.get(keyOf(frame)) ?? [unresolved(frame)];
  }

  async #ask(object: string, frames: readonly RawFrame[]): Promise<void> {
    if (SYSTEM_LIBRARY.test(object)) return;
    const image = openableImage(this.#pid, object);
    // The call has returned to the address, which may stand on the next line already.
    const addressOf = addressIn(image);
    const addresses = frames.map(({ address }) => `0x${addressOf(Math.max(0, address - 1)).toString(16)}`);
    const answers = await this.#told(image, addresses, object);
    for (const [index, frame] of frames.entries()) {
      const places = answers[index] ?? [];
      const isTold = places.some(place => place.function !== undefined || place.file !== undefined);
      if (isTold)
        this.#known.set(
          keyOf(frame),
          places.map(place => ({ ...unresolved(frame), ...place })),
        );
    }
  }

  /**
   * That of elfutils first: binutils 2.40 gives a function that was inlined the name of the one around it. But only
   * binutils finds lines in a program of Go 1.19, and names what rustc has inlined.
   */
  async #told(image: string, addresses: readonly string[], object: string): Promise<Answer[][]> {
    const args = ['-e', image, '-a', '-f', '-i', '-C', ...addresses];
    let best: Answer[][] | undefined;
    let isThere = false;
    for (const program of ['eu-addr2line', 'addr2line']) {
      // Debug information is not asked of the network.
      const run = promisify(execFile)('env', ['-u', 'DEBUGINFOD_URLS', program, ...args], LIMITS);
      const said = await run.catch(({ code }: { readonly code?: number | string }) => code);
      isThere ||= said !== NOT_FOUND;
      if (typeof said !== 'object') continue;
      const answers = parseAnswers(said.stdout);
      if (best === undefined || lines(answers) > lines(best) || isOfRust(answers)) best = answers;
      if (lines(best) >= addresses.length && !isOfRust(best)) break;
    }
    if (!best) {
      this.missing ??= isThere
        ? `Functions and lines of ${object} could not be read.`
        : 'Functions and lines are told by eu-addr2line or addr2line, and neither is installed: apt-get install elfutils';
    }
    return best ?? [];
  }
}

/** Addresses of which a line is told. */
function lines(answers: readonly Answer[][]): number {
  return answers.filter(places => places.some(({ line }) => line !== undefined)).length;
}

function isOfRust(answers: readonly Answer[][]): boolean {
  return answers.some(places => places.some(({ file }) => file?.endsWith('.rs')));
}

type Answer = Pick<CodePlace, 'function' | 'file' | 'line'>;

/**
 * The answers of `addr2line -a -f -i`: an address, then a function and "file:line" for each that is inlined there; of
 * elfutils also "drop inlined at file:40:2 in on_client" and a column.
 */
export function parseAnswers(text: string): Answer[][] {
  const answers: Answer[][] = [];
  let name: string | undefined;
  for (const line of text.split('\n')) {
    if (/^0x[0-9a-f]+$/.test(line)) {
      answers.push([]);
      name = undefined;
    } else if (name === undefined) {
      // Rust puts a hash behind a name.
      name = line.replace(/ inlined at .*$/, '').replace(/::h[0-9a-f]{16}$/, '');
    } else {
      const [, file = '??', number = '0'] =
        /^(.*?):(\d+|\?)(?::\d+)?(?: \(discriminator \d+\))?$/.exec(line) ?? [];
      answers.at(-1)?.push({
        function: name === '??' ? undefined : name,
        file: file === '??' ? undefined : file,
        line: Number(number) > 0 && file !== '??' ? Number(number) : undefined,
      });
      name = undefined;
    }
  }
  return answers;
}

function unresolved({ object, symbol, address }: RawFrame): CodePlace {
  const at = `${basename(object)}+0x${address.toString(16)}`;
  return { function: symbol === '' ? undefined : symbol, file: undefined, line: undefined, object, at };
}

function keyOf({ object, address }: RawFrame): string {
  return `${object}\0${address}`;
}

/** Of the C library and its like nobody wants to know a line. */
export const SYSTEM_LIBRARY =
  /\/(ld-[\w.-]+|lib(c|m|dl|rt|pthread|gcc_s|stdc\+\+|c\+\+)[-.][\w.-]*)$|^\[|musl/;
/** What the standard libraries of Go and Rust do for the program. */
export const OF_THE_LANGUAGE =
  /^((runtime|syscall|net|internal|bufio|io|os|crypto|bytes|sync|time|encoding|log|fmt|strings|context)([/.][\w/]*)?\.[\w(]|<?(std|core|alloc)::|__rust_)/;
const LIMITS = { timeout: 5_000, maxBuffer: 64 * 1024 * 1024 };
/** What env(1) answers for a program that is not there. */
const NOT_FOUND = 127;
