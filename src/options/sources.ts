import { usage } from './option.js';

/**
 * Addresses of 127.0.0.0/8, separated by commas, with ranges: "127.0.0.2,127.0.0.9" or "127.0.0.2-127.0.0.9". All of them
 * belong to every machine, and each has the local ports of its own.
 *
 * @throws ChurnError `usage` for what is none, for one that is named twice, and for more than can be used.
 */
export function parseSources(text: string): readonly string[] {
  const addresses = text.split(',').flatMap(part => rangeOf(part.trim()));
  const twice = addresses.find((address, index) => addresses.indexOf(address) !== index);
  if (twice !== undefined) throw usage(`--source names ${nameOf(twice)} twice.`, EXAMPLE);
  if (addresses.length > MOST)
    throw usage(`--source names ${addresses.length} addresses, and at most ${MOST} can be used.`, EXAMPLE);
  return addresses.map(nameOf);
}

function rangeOf(part: string): number[] {
  const [first, last = first, ...more] = part.split('-').map(end => numberOf(end.trim(), part));
  if (first === undefined || last === undefined || more.length > 0 || last < first) throw wrong(part);
  return Array.from({ length: Math.min(last - first + 1, MOST + 1) }, (_, index) => first + index);
}

/** The last three numbers of the address as one. */
function numberOf(text: string, part: string): number {
  const numbers = /^127\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
  if (!numbers || numbers.some(number => number > 255)) throw wrong(part);
  const address = numbers.reduce((sum, number) => 256 * sum + number, 0);
  if (address === 0 || address === LAST) throw wrong(part);
  return address;
}

function nameOf(address: number): string {
  return `127.${address >> 16}.${(address >> 8) & 255}.${address & 255}`;
}

function wrong(part: string) {
  return usage(`--source expects addresses of 127.0.0.0/8, got ${JSON.stringify(part)}.`, EXAMPLE);
}

const EXAMPLE = 'For example --source 127.0.0.2,127.0.0.3 or --source 127.0.0.2-127.0.0.9';
/** The broadcast address. */
const LAST = 0xffffff;
const MOST = 64;
