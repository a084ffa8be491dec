/** How much there is of one sort: things, and the bytes that they take. */
export interface Amount {
  readonly count: number;
  readonly bytes: number;
}

/** What a runtime holds at one moment, by what tells one sort from another. */
export type Census = ReadonlyMap<string, Amount>;

export interface Growth extends Amount {
  readonly key: string;
}

/** Of how many things there were before, between and after two batches of cycles. */
export type Censuses = readonly [before: Census, between: Census, after: Census];

/**
 * What has grown in each of two batches of so many cycles, what takes most first. What is filled once, such as a pool or a
 * cache, grows in the first of them alone; what a few connections leave for a moment does not reach `LEAST_SHARE`.
 */
export function grownInBoth([before, between, after]: Censuses, cycles: number): Growth[] {
  const least = Math.max(1, cycles * LEAST_SHARE);
  return growth(before, after).filter(
    ({ key }) =>
      countOf(between, key) - countOf(before, key) >= least &&
      countOf(after, key) - countOf(between, key) >= least,
  );
}

/** What there is more of than before, what takes most first. */
export function growth(before: Census, after: Census): Growth[] {
  return [...after]
    .map(([key, { count, bytes }]) => ({
      key,
      count: count - countOf(before, key),
      bytes: bytes - (before.get(key)?.bytes ?? 0),
    }))
    .filter(({ count }) => count > 0)
    .sort((one, other) => other.bytes - one.bytes || other.count - one.count);
}

/** Adds up things of the same sort. */
export function censusOf(things: Iterable<readonly [key: string, amount: Amount]>): Census {
  const census = new Map<string, Amount>();
  for (const [key, { count, bytes }] of things) {
    const known = census.get(key);
    census.set(key, { count: (known?.count ?? 0) + count, bytes: (known?.bytes ?? 0) + bytes });
  }
  return census;
}

function countOf(census: Census, key: string): number {
  return census.get(key)?.count ?? 0;
}

const LEAST_SHARE = 0.05;
