import type { GaugeSeries } from './gauge-series.js';
import type { Kind } from './kind.js';
import type { WatchFacts } from './watched-load.js';

/** What is known beside that in runs that are not plain ones. */
export interface Unusual {
  /** Numbers that the server itself exposes; none when nobody named any. */
  readonly gauges?: readonly GaugeSeries[] | undefined;
  /** Kinds that could not be observed at all. */
  readonly blind?: readonly Kind[] | undefined;
  /** The server could not be looked into: it was judged by what it says of itself. */
  readonly far?: { readonly isServing: boolean } | undefined;
  /** Others made the connections: what is called a cycle elsewhere is then a connection that was accepted. */
  readonly watch?: WatchFacts | undefined;
}
