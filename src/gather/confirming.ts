import type { ConfirmingRound } from '../verdict/confirmation.js';
import type { Watched } from '../verdict/evidence.js';
import type { Driver } from './driver.js';
import { followConnections, type Pursued } from './follow.js';
import type { Observer } from './observer.js';
import { watchConnections } from './watch.js';

/** What was seen of single connections, where the judge asked to look at them. */
export interface Witnessed {
  readonly pursued?: readonly Pursued[];
  readonly watched?: Watched;
}

/** Makes the cycles that the judge asked for, in the manner that it asked for. */
export async function makeConfirmingRound(
  { cycles, manner }: ConfirmingRound,
  driver: Driver,
  observer: Observer,
): Promise<Witnessed> {
  if (manner === 'follow') return { pursued: await followConnections(driver, observer, cycles) };
  if (manner === 'watch') return { watched: await watchConnections(driver, observer, cycles) };
  await driver.make('confirm', cycles);
  return {};
}
