import type { Frame, Place, Touch } from '../found.js';
import type { Sources } from '../source.js';
import type { Growth } from './growth.js';
import type { Inspector } from './inspector.js';
import { type Keeper, placeIn, titleOf } from './keeper.js';
import { type Maker, pathOf, type Stack } from './stacks.js';

/** Makes places in the code of what has grown on a heap. */
export class HeapPlaces {
  readonly #lines = new Map<string, Promise<readonly number[]>>();

  constructor(
    readonly stacks: readonly Stack[],
    readonly inspector: Inspector,
    readonly sources: Sources,
  ) {}

  /** The most important of them. What lies on the way to another is no leak of its own. */
  async of(growths: readonly Growth[], cycles: number): Promise<Place[]> {
    const [{ retainedBytes: most } = { retainedBytes: 0 }] = growths;
    const passed = new Set(
      growths.flatMap(({ isGrown, keeper }) => (isGrown ? [] : [...(keeper?.passed ?? [])])),
    );
    const told = growths
      .filter(({ retainedBytes }) => retainedBytes >= most * LEAST_SHARE)
      .filter(({ isGrown, sample }) => !isGrown || !passed.has(sample.nodeIndex))
      .slice(0, MOST_PLACES);
    return Promise.all(told.map(growth => this.#placeOf(growth, cycles)));
  }

  async #placeOf(growth: Growth, cycles: number): Promise<Place> {
    const { sample, keeper, count, shallowBytes, retainedBytes, isGrown } = growth;
    const what = titleOf(sample);
    const frames = await this.#framesOf(growth);
    const call = sample.type() === 'object' && !isGrown && /^\w+$/.test(what) ? `new ${what}` : `of ${what}`;
    return {
      count,
      of: cycles,
      what,
      made: frames.length > 0 ? { call, result: '', frames } : null,
      last: null,
      letGo: null,
      kept: [],
      heap: {
        shallowBytes: Math.round(shallowBytes / count),
        retainedBytes: Math.round(retainedBytes / count),
        isGrown,
        keptBy: keeper ? this.#touchOf(keeper) : null,
      },
    };
  }

  /**
   * The functions that made it, innermost first: of those ways through the code that made what is alive the one on
   * which its class, its function or what keeps it is mentioned. A function stands where it is written in any case.
   */
  async #framesOf({ sample, location, keeper, shallowBytes }: Growth): Promise<Frame[]> {
    const path = location ? pathOf(location.scriptId, this.inspector) : undefined;
    const written = location && path !== undefined ? { line: placeIn(location).line, path } : undefined;
    for (const { makers, names } of this.stacks.filter(
      ({ liveBytes }) => liveBytes >= shallowBytes * LEAST_OF_STACK,
    ))
      for (const [index, maker] of makers.entries()) {
        // Only what the constructor itself was called by has made such an object.
        const isMade = names.slice(0, maker.depth).includes(sample.className());
        const words = [
          ...(isMade ? calls(calleeOf(maker, names)) : []),
          ...calls(sample.className()),
          ...nameOf(keeper?.name),
        ];
        const lines = written
          ? (await this.#linesOf(maker)).filter(line => line === written.line && maker.path === written.path)
          : await this.#mentions(maker, words);
        if (lines.length === 0) continue;
        const callers = makers.slice(index + 1, index + MOST_FRAMES);
        return [
          this.#frame(maker, lines),
          ...(await Promise.all(callers.map(caller => this.#caller(caller, names)))),
        ];
      }
    if (!written) return [];
    const { line } = written;
    return [this.sources.frame({ function: sample.name() || ANONYMOUS, file: path, line, at: '' })];
  }

  async #caller(maker: Maker, names: Stack['names']): Promise<Frame> {
    return this.#frame(maker, await this.#mentions(maker, calls(calleeOf(maker, names))));
  }

  /** On the line that was found, if it is one alone; else on that on which the function begins. */
  #frame({ name, path, line }: Maker, found: readonly number[]): Frame {
    const exact = found.length === 1 ? found[0] : line;
    return this.sources.frame({ function: name || ANONYMOUS, file: path, line: exact, at: '' });
  }

  /** The lines of a function on which the first of these words stands that stands on any. */
  async #mentions(maker: Maker, words: readonly RegExp[]): Promise<readonly number[]> {
    const text = this.sources.lines(maker.path);
    const lines = await this.#linesOf(maker);
    return (
      words
        .map(word => lines.filter(line => word.test(text[line - 1] ?? '')))
        .find(found => found.length > 0) ?? []
    );
  }

  #linesOf({ scriptId, line, column }: Maker): Promise<readonly number[]> {
    const key = `${scriptId}:${line}:${column}`;
    const known = this.#lines.get(key) ?? this.inspector.linesOfFunction(scriptId, line, column);
    this.#lines.set(key, known);
    return known;
  }

  #touchOf({ path: call, at }: Keeper): Touch {
    const file = at && pathOf(at.scriptId, this.inspector);
    if (!at) return { call, result: '', frames: [] };
    if (file === undefined) return { call: `${call} of Node itself`, result: '', frames: [] };
    const line = at.variable === undefined ? at.line : declaredOn(this.sources.lines(file), at.variable);
    return {
      call,
      result: '',
      frames: [this.sources.frame({ function: at.function, file, line, at: '' })],
    };
  }
}

function calleeOf({ depth }: Maker, names: Stack['names']): string | undefined {
  return names[depth - 1]?.split('.').at(-1);
}

function calls(name: string | undefined): RegExp[] {
  return isWord(name) ? [new RegExp(`(?<![\\w$])${escaped(name)}\\s*\\(`)] : [];
}

function nameOf(name: string | undefined): RegExp[] {
  return isWord(name) ? [new RegExp(`(?<![\\w$])${escaped(name)}(?![\\w$])`)] : [];
}

function isWord(name: string | undefined): name is string {
  return name !== undefined && /^[\w$]+$/.test(name);
}

function escaped(name: string): string {
  return name.replaceAll('$', '\\$');
}

/** The line that declares a variable, if it is one alone: undefined, where the same name is declared again. */
function declaredOn(lines: readonly string[], variable: string): number | undefined {
  if (!isWord(variable)) return undefined;
  const declares = new RegExp(
    `^(?!\\s*(?://|\\*)).*?(?:const|let|var|class|function|import)\\b[^=;]*?(?<![\\w$.])${escaped(variable)}(?![\\w$])`,
  );
  const found = lines.flatMap((line, index) => (declares.test(line) ? index + 1 : []));
  return found.length === 1 ? found[0] : undefined;
}

const ANONYMOUS = '(anonymous)';
const LEAST_SHARE = 0.1;
/** Objects of one class may have been made in several ways; a sample is no exact count. */
const LEAST_OF_STACK = 0.1;
const MOST_PLACES = 3;
const MOST_FRAMES = 4;
