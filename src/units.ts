/** @asType integer */
export type Integer = number;

/**
 * @asType integer
 * @minimum 0
 */
export type Count = number;

/** @minimum 0 */
export type Milliseconds = number;

/**
 * @asType integer
 * @minimum 1
 */
export type Pid = number;

/**
 * @asType integer
 * @minimum 1
 * @maximum 65535
 */
export type Port = number;

const MS_PER_UNIT = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** Milliseconds of "500ms", "5s", "1.5m", "2h"; undefined when the text is no time. A bare number has no unit and is refused. */
export function parseDurationMs(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text.trim());
  if (!match) return undefined;
  return Number(match[1]) * MS_PER_UNIT[match[2] as keyof typeof MS_PER_UNIT];
}

/** The whole number that a text is, or undefined: "1e3", "1.5", "0x10", "" and " 7" are none. */
export function parseCount(text: string): number | undefined {
  return /^-?\d+$/.test(text) ? Number(text) : undefined;
}

/** "0 B", "64 B", "2.1 MiB": at most one decimal, binary multiples. The sign is kept. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  // 1023.8 KiB would be rounded to 1024 KiB, which nobody writes.
  while (Math.abs(value) >= 1023.5 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit === 0 || Math.abs(value) >= 100 ? 0 : 1;
  return `${value.toFixed(digits)} ${units[unit]}`;
}

/** "0.09 s", "4.2 s", "3 min 20 s". */
export function formatDuration(ms: number): string {
  if (ms < 59_950) return `${(ms / 1_000).toFixed(ms < 1_000 ? 2 : 1)} s`;
  const seconds = Math.round(ms / 1_000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** An age or a time to come, as rough as it is long: "45 s", "12 min", "3 h 5 min", "2 d 4 h". */
export function formatAge(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h${minutes % 60 === 0 ? '' : ` ${minutes % 60} min`}`;
  const rest = hours % 24;
  return `${formatCount(Math.floor(hours / 24))} d${rest === 0 ? '' : ` ${rest} h`}`;
}

/**
 * A count for reading, digits grouped by a no-break space from 10 000 on: "1000", "11 200".
 * Never used in the proof line, which has no grouping.
 */
export function formatCount(count: number): string {
  const digits = String(Math.round(count));
  return Math.abs(count) < 9_999.5 ? digits : digits.replace(/\B(?=(\d{3})+$)/g, '\u00a0');
}

/** "1 child", "3 children". */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
