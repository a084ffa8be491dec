import { Chalk } from 'chalk';
import type { Progress } from '../../gather/timeline.js';
import type { Output } from '../io.js';
import { Screen } from '../screen.js';
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
