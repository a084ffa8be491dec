import type { GaugeManner } from '../options/gauge.js';

/** One number of the server, read at rest. */
export interface GaugeReading {
  readonly phase: 'before' | 'warm-up' | 'cycles' | 'settled' | 'confirm';
  /** Connections made in the whole run until then. */
  readonly connections: number;
  /** undefined: it could not be read. */
  readonly value: number | undefined;
}

/** What a number that the server exposes has been, from before the first cycle to after the last one. */
export interface GaugeSeries {
  /** Text from outside. */
  readonly name: string;
  readonly manner: GaugeManner;
  readonly readings: readonly GaugeReading[];
  /** It still fell when the time for settling was up. */
  readonly draining: boolean;
  /** Why it could not be read; text from outside. */
  readonly missing: string | undefined;
}
