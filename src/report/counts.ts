import { formatCount, plural } from '../units.js';
import type { CensusKey } from '../verdict/evidence.js';

/** What a server is put through, one by one: cycles that churn makes, or connections that others make and churn watches. */
export type Unit = 'cycle' | 'connection';

/** Where others make the connections, nobody counts cycles. */
export function unitOf({ watch }: { readonly watch?: unknown }): Unit {
  return watch ? 'connection' : 'cycle';
}

/** "1 per cycle", "one on about every 100 cycles"; or "30 per minute", where time was measured. */
export function ratio(perCycle: number, unit: Unit, ofMinute?: number | undefined): string {
  if (ofMinute !== undefined) return `${perMinute(ofMinute)} per minute`;
  if (perCycle > NEARLY_EACH) return `${Number(perCycle.toFixed(1))} per ${unit}`;
  return `one on about every ${formatCount(1 / perCycle)} ${unit}s`;
}

/** What is lost on more of them than that is told as one for each, and not as one on about every one of them. */
export const NEARLY_EACH = 2 / 3;

/** " +3 +3 +3", with a space before it; nothing when there were no rounds. */
export function rounds(perRound: readonly number[]): string {
  return perRound.length === 0 ? '' : ` ${perRound.map(growth => signed(growth, formatCount)).join(' ')}`;
}

/** With its sign, also when it is positive. */
export function signed(value: number, format: (value: number) => string): string {
  return value >= 0 ? `+${format(value)}` : `-${format(-value)}`;
}

/** A number that somebody else has measured: "10", "0.25", "1.2e+9". */
export function formatNumber(value: number): string {
  return Number.isInteger(value) ? formatCount(value) : String(Number(value.toPrecision(4)));
}

/** "0.4" or "1 200" of something in a minute. */
export function perMinute(rate: number): string {
  return rate < 10 ? String(Number(rate.toPrecision(2))) : formatCount(rate);
}

/** "less than a minute", "12 minutes". */
export function minutes(count: number): string {
  return count < 1 ? 'less than a minute' : plural(Math.floor(count), 'minute');
}

/** "1st", "22nd", "113th". */
export function ordinal(number: number): string {
  const teens = number % 100 >= 11 && number % 100 <= 13;
  const ending = teens ? 'th' : (['th', 'st', 'nd', 'rd'][number % 10] ?? 'th');
  return `${number}${ending}`;
}

/** What a thing without a name of its own is called: one of it, or many. */
export function nameOf(key: CensusKey, count: number): string {
  return CENSUS_NAMES[key][count === 1 ? 0 : 1];
}

export const CENSUS_NAMES = {
  'dead-socket': ['socket without a connection', 'sockets without a connection'],
  upstream: ['TCP connection to another server', 'TCP connections to another server'],
  'other-socket': ['Unix or datagram socket', 'Unix or datagram sockets'],
  pipe: ['pipe', 'pipes'],
  file: ['file', 'files'],
  device: ['device', 'devices'],
  eventfd: ['eventfd', 'eventfds'],
  eventpoll: ['epoll instance', 'epoll instances'],
  timerfd: ['timerfd', 'timerfds'],
  signalfd: ['signalfd', 'signalfds'],
  inotify: ['inotify instance', 'inotify instances'],
  io_uring: ['io_uring instance', 'io_uring instances'],
  anonymous: ['anonymous inode', 'anonymous inodes'],
  thread: ['thread', 'threads'],
  child: ['child process', 'child processes'],
  zombie: ['zombie', 'zombies'],
  mapping: ['memory mapping', 'memory mappings'],
} as const satisfies Record<CensusKey, readonly [string, string]>;
