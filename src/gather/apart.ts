import { CENSUS_KEYS } from '../verdict/census.js';
import type { Apart, Census, CensusKey } from '../verdict/evidence.js';
import type { Driver } from './driver.js';
import type { Observation } from './observer.js';

/**
 * Some cycles of one client after the other, and what the server gained with each. A socket that was reset is in no
 * table, so that its port cannot tell which client it came from; this can.
 */
export async function growthAlone(
  driver: Driver,
  cycles: number,
  before: Observation,
  rest: () => Promise<Observation>,
): Promise<Apart[]> {
  const apart: Apart[] = [];
  let last = before.census;
  for (const client of driver.cast.clients) {
    const { completed, stopped } = await driver.makeAlone(client, cycles);
    const { census } = await rest();
    apart.push({ client, cycles: completed, growth: difference(last, census) });
    last = census;
    if (stopped) break;
  }
  return apart;
}

function difference(from: Census, to: Census): Census {
  const growth = Object.fromEntries(CENSUS_KEYS.map(key => [key, to[key] - from[key]]));
  return growth as Record<CensusKey, number>;
}
