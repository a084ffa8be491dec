import { setTimeout as sleep } from 'node:timers/promises';
import { GaugeReader } from '../gauge/reader.js';
import type { GaugeSpec } from '../options/gauge.js';
import type { GaugeReading, GaugeSeries } from '../verdict/evidence.js';

/** How the numbers of `--gauge` are read. */
interface GaugingOptions {
  readonly gauges: readonly GaugeSpec[];
  readonly timeoutMs: number;
  readonly settleMs: number;
  readonly budgetMs: number;
}

/**
 * Reads the numbers that the server exposes, always between two looks of ours: to read one takes a connection, which is
 * over before anything else is counted.
 */
export class Gauging {
  readonly #reader: GaugeReader;
  readonly #options: GaugingOptions;
  readonly #signal: AbortSignal;
  readonly #readings: GaugeReading[][];
  readonly #missing: (string | undefined)[];
  readonly #draining: boolean[];
  #connections = 0;
  #isSettled = false;

  /** @throws ChurnError `gauge` when one of them cannot be read. */
  static async open(options: GaugingOptions, signal: AbortSignal): Promise<Gauging> {
    return new Gauging(await GaugeReader.open(options.gauges, options.timeoutMs), options, signal);
  }

  private constructor(reader: GaugeReader, options: GaugingOptions, signal: AbortSignal) {
    this.#reader = reader;
    this.#options = options;
    this.#signal = signal;
    this.#readings = reader.first.map(value => [{ phase: 'before', connections: 0, value }]);
    this.#missing = reader.first.map(() => undefined);
    this.#draining = reader.first.map(() => false);
  }

  /** One reading of each, now. */
  async read(phase: GaugeReading['phase'], connections: number): Promise<void> {
    this.#note(phase, connections, await this.#values());
  }

  /** In the middle of the cycles only bytes are read: what is borrowed may still be in use. */
  async readBytes(connections: number): Promise<void> {
    if (this.#reader.gauges.some(({ manner }) => manner === 'trend')) await this.read('cycles', connections);
  }

  /**
   * One reading of each at rest, unless there is one for as many connections. After the judged cycles it waits until all
   * are back, or for as long as a server may take to give back, and longer while they fall; after a confirming round a
   * number that stands still for a moment is enough.
   */
  async rest(connections: number): Promise<void> {
    const { settleMs, budgetMs } = this.#options;
    if (!this.#isSettled) {
      this.#isSettled = true;
      await this.#rest('settled', connections, settleMs, settleMs + budgetMs);
    } else if (connections !== this.#connections) {
      await this.#rest('confirm', connections, STANDS_STILL_MS, MAX_CONFIRMING_REST_MS);
    }
  }

  series(): GaugeSeries[] {
    return this.#reader.gauges.map(({ name, manner }, index) => ({
      name,
      manner,
      readings: this.#readings[index] ?? [],
      draining: this.#draining[index] ?? false,
      missing: this.#missing[index],
    }));
  }

  async #rest(
    phase: GaugeReading['phase'],
    connections: number,
    stillMs: number,
    mostMs: number,
  ): Promise<void> {
    const startedAtMs = performance.now();
    let [values, changedAtMs] = [await this.#values(), startedAtMs];
    for (let pauseMs = 10; !this.#areBack(values); pauseMs = Math.min(200, 2 * pauseMs)) {
      const now = performance.now();
      const isStill = now - startedAtMs >= stillMs && now - changedAtMs >= Math.min(stillMs, HELD_AFTER_MS);
      if (isStill || now - startedAtMs >= mostMs || this.#signal.aborted) break;
      await sleep(pauseMs, undefined, { signal: this.#signal }).catch(() => undefined);
      const next = await this.#values();
      if (next.some((value, index) => value !== values[index] && !this.#isBytes(index))) {
        changedAtMs = performance.now();
        next.forEach((value, index) => {
          this.#draining[index] = (value ?? 0) < (values[index] ?? 0);
        });
      }
      values = next;
    }
    const stoodMs = performance.now() - changedAtMs;
    if (this.#areBack(values) || stoodMs >= Math.min(stillMs, HELD_AFTER_MS)) this.#draining.fill(false);
    this.#note(phase, connections, values);
  }

  /** Below what they were before the cycles; bytes never are. */
  #areBack(values: ReadonlyArray<number | undefined>): boolean {
    return values.every(
      (value, index) =>
        this.#isBytes(index) || value === undefined || value <= (this.#usual(index) ?? Number.NaN),
    );
  }

  #usual(index: number): number | undefined {
    const isOpenedOnce = this.#reader.gauges[index]?.manner === 'recurs';
    const readings = this.#readings[index] ?? [];
    return readings.findLast(({ phase }) => phase === (isOpenedOnce ? 'warm-up' : 'before'))?.value;
  }

  #isBytes(index: number): boolean {
    return this.#reader.gauges[index]?.manner === 'trend';
  }

  async #values(): Promise<(number | undefined)[]> {
    const found = await this.#reader.read();
    return found.map((one, index) => {
      if ('value' in one) return one.value;
      this.#missing[index] = one.missing;
      return undefined;
    });
  }

  #note(phase: GaugeReading['phase'], connections: number, values: ReadonlyArray<number | undefined>): void {
    this.#connections = connections;
    values.forEach((value, index) => {
      this.#readings[index]?.push({ phase, connections, value });
    });
  }
}

const STANDS_STILL_MS = 200;
const HELD_AFTER_MS = 1_000;
const MAX_CONFIRMING_REST_MS = 2_000;
