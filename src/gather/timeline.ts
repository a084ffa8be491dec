import type { HowItEnded } from '../exit-words.js';
import { type Phase, type Point, PointReader } from '../sampler/point.js';
import { Series } from '../sampler/series.js';
import type { Due } from '../sampler/sleep.js';
import type { OpenHeap } from './live-heap.js';

/** How far a run is, for whoever watches it. */
export interface Progress {
  readonly phase: Phase;
  readonly cyclesDone: number;
  readonly cycles: number;
  /** How long the cycles are to be made; undefined: until all are. */
  readonly durationMs: number | undefined;
  readonly elapsedMs: number;
  readonly fds: number;
  /** Private memory of the tree; undefined where it cannot be read. */
  readonly anonBytes?: number | undefined;
  /** Cycles that were made to confirm, beside `cyclesDone`. */
  readonly confirmCycles?: number;
  /** Connections that were opened so far, to warm up too. */
  readonly opened?: number;
  /** Whose turn it is, where all clients take turns. */
  readonly client?: string;
  /** What is being confirmed. */
  readonly suspects: readonly string[];
  /** What may still let go by itself, and is waited for. */
  readonly due?: Due | undefined;
  /** Others make the connections: `cyclesDone` are those that were accepted. */
  readonly watching?: boolean;
}

/** Who started a run, and may end it. */
export interface RunHooks {
  /** Ends the run early; what was measured so far is still reported. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  /** How a process has ended that was started for this run. */
  readonly endingOf?: ((pid: number) => HowItEnded | undefined) | undefined;
  /** Asked when a judged connection stands: what it returns delays what the client does. */
  readonly onJudged?: (() => Promise<unknown> | undefined) | undefined;
  /** Where the server may be made to collect its garbage, when its memory is in doubt. */
  readonly openHeap?: OpenHeap | undefined;
}

interface PhaseSpan {
  readonly phase: Phase;
  readonly startMs: number;
  durationMs: number;
}

/** The clock of a run: its phases, and a point of the series every few milliseconds. The owner calls close(). */
export class Timeline {
  readonly phases: PhaseSpan[] = [];
  readonly #startedAtMs = performance.now();
  readonly #series = new Series<Point>(MAX_POINTS, STEP_MS);
  readonly #reader: PointReader;
  readonly #cyclesDone: () => number;
  readonly #acceptQueue: () => number | undefined;
  readonly #onPoint: (point: Point) => void;
  #timer: NodeJS.Timeout | undefined;
  #sampledAtMs = Number.NEGATIVE_INFINITY;
  #toldAtMs = Number.NEGATIVE_INFINITY;
  #latest: Point | undefined;

  constructor(
    rootPids: readonly number[],
    cyclesDone: () => number,
    acceptQueue: () => number | undefined,
    onPoint: (point: Point) => void,
  ) {
    this.#reader = new PointReader(rootPids);
    this.#cyclesDone = cyclesDone;
    this.#acceptQueue = acceptQueue;
    this.#onPoint = onPoint;
    this.#timer = setInterval(() => this.#sampleIfDue(), STEP_MS);
  }

  get elapsedMs(): number {
    return performance.now() - this.#startedAtMs;
  }

  points(): readonly Point[] {
    return this.#series.points();
  }

  enter(phase: Phase): void {
    const now = this.elapsedMs;
    const current = this.phases.at(-1);
    if (current) current.durationMs = now - current.startMs;
    if (current?.phase !== phase) this.phases.push({ phase, startMs: now, durationMs: 0 });
    this.sample();
  }

  /** One point now, whatever the step is. */
  sample(): void {
    const nowMs = this.elapsedMs;
    const point = this.#reader.read(nowMs, {
      cyclesDone: this.#cyclesDone(),
      phase: this.phases.at(-1)?.phase ?? 'before',
      acceptQueue: this.#acceptQueue(),
    });
    this.#sampledAtMs = nowMs;
    this.#toldAtMs = nowMs;
    this.#latest = point;
    this.#series.add(point);
    this.#onPoint(point);
  }

  /** The last phase ends now. */
  finish(): void {
    const current = this.phases.at(-1);
    if (current) current.durationMs = this.elapsedMs - current.startMs;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#reader.close();
  }

  #sampleIfDue(): void {
    const nowMs = this.elapsedMs;
    if (nowMs - this.#sampledAtMs >= this.#series.step) this.sample();
    else if (nowMs - this.#toldAtMs >= TELL_MS) this.#tellAgain(nowMs);
  }

  /** In a run of hours the points are seconds apart; whoever watches hears of its cycles more often than that. */
  #tellAgain(nowMs: number): void {
    if (!this.#latest) return;
    this.#toldAtMs = nowMs;
    this.#onPoint({ ...this.#latest, atMs: nowMs });
  }
}

const STEP_MS = 50;
/** Most that a report holds. */
const MAX_POINTS = 2_000;
const TELL_MS = 250;
