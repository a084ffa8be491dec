import { Chalk } from 'chalk';
import type { Progress } from '../../gather/timeline.js';
import type { Output } from '../io.js';
import { drawLive } from './draw.js';
import { History } from './history.js';

/** The live view of a run: a few lines at the end of a terminal, ten times a second at most. */
export class LiveView {
  readonly #output: Output;
  readonly #chalk: InstanceType<typeof Chalk>;
  readonly #screen: Screen;
  readonly #history = new History();
  #drawnAtMs = Number.NEGATIVE_INFINITY;
  #phase: string | undefined;

  constructor(output: Output, colorLevel: 0 | 1 | 2 | 3) {
    this.#output = output;
    this.#chalk = new Chalk({ level: colorLevel });
    this.#screen = new Screen(output);
  }

  update(progress: Progress): void {
    this.#history.add(progress);
    const phase = `${progress.client} ${progress.phase}`;
    const nowMs = progress.elapsedMs;
    const isDue = nowMs - this.#drawnAtMs >= FRAME_MS || nowMs < this.#drawnAtMs;
    if (!isDue && phase === this.#phase) return;
    this.#phase = phase;
    this.#drawnAtMs = nowMs;
    this.#screen.show(drawLive(progress, this.#history, this.#output, this.#chalk));
  }

  clear(): void {
    this.#screen.clear();
  }
}

const FRAME_MS = 100;

/**
 * A few lines of a terminal that are drawn again and again. Between two frames the cursor stands at their upper left
 * corner: wherever a resize breaks or joins the lines, the terminal takes its cursor along, so that "erase from here to
 * the end" takes away all of them and nothing else. Lines are not broken by the terminal while they are written.
 */
class Screen {
  readonly #output: Output;
  #shown = false;

  constructor(output: Output) {
    this.#output = output;
  }

  show(lines: readonly string[]): void {
    const up = lines.length > 1 ? `\u001b[${lines.length - 1}A` : '';
    // Erased first: a line that a resize has broken is else joined to the next one by another resize.
    this.#output.write(`\r${BELOW}${NO_WRAP}${lines.join('\n')}${WRAP}\r${up}`);
    this.#shown = true;
  }

  /** Leaves the terminal as if nothing had been there. */
  clear(): void {
    if (this.#shown) this.#output.write(`\r${BELOW}`);
    this.#shown = false;
  }
}

const NO_WRAP = '\u001b[?7l';
const WRAP = '\u001b[?7h';
const BELOW = '\u001b[J';
