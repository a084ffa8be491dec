/** A point of a line, in units of the data. */
export interface Dot {
  readonly x: number;
  readonly y: number;
}

/** A stretch of the x axis with a name. */
export interface Band {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** One chart as data: what is drawn, in words and numbers. */
export interface Panel {
  readonly title: string;
  /** The same for those who do not see it. */
  readonly description: string;
  readonly lines: ReadonlyArray<{
    readonly dash: 'solid' | 'dashed' | 'dotted';
    readonly dots: readonly Dot[];
  }>;
  /** Single readings that a verdict stands on. */
  readonly readings: readonly Dot[];
  readonly bands: readonly Band[];
  /** Ends of rounds, on the x axis. */
  readonly ticks: readonly number[];
  readonly xName: string;
  readonly yKind: 'count' | 'bytes';
  readonly forecast: Forecast | undefined;
}

/** A limit, and the line that runs into it. */
export interface Forecast {
  /** Two lines at most, each short enough for the width of a panel. */
  readonly label: readonly string[];
  readonly limit: number;
  /** From the last reading to the limit; undefined when the limit is too far away to be drawn. */
  readonly run: readonly [Dot, Dot] | undefined;
}
