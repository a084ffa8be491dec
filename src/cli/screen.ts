import type { Output } from './io.js';

/**
 * A few lines of a terminal that are drawn again and again. Between two frames the cursor stands at their upper left
 * corner: wherever a resize breaks or joins the lines, the terminal takes its cursor along, so that "erase from here to
 * the end" takes away all of them and nothing else. Lines are not broken by the terminal while they are written.
 */
export class Screen {
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
