import { usage } from './option.js';

/** Where a number comes from: a page over HTTP, or what a program prints. */
export type GaugeSource =
  | { readonly from: 'http'; readonly url: string }
  | { readonly from: 'command'; readonly command: readonly string[] };

/**
 * What a clean server's number does:
 * - `returns`: it comes back to what it was before the first cycle, as the leased connections of a pool do;
 * - `recurs`: it may grow once, for what is opened on first use; growth that comes again is a leak;
 * - `trend`: bytes, judged as memory is.
 */
export type GaugeManner = 'returns' | 'recurs' | 'trend';

/** One number that the server exposes. */
export interface GaugeSpec {
  readonly source: GaugeSource;
  /** Name of a metric with its labels, or the path in a JSON document; undefined: the usual names, or the bare number. */
  readonly name: string | undefined;
}

/** Names that everybody's exporters use, and how their numbers behave. Without a name those that are there are taken. */
export const USUAL_GAUGES: Readonly<Record<string, GaugeManner>> = {
  process_open_fds: 'recurs',
  process_files_open_files: 'recurs',
  process_resident_memory_bytes: 'trend',
  process_threads: 'recurs',
  nodejs_active_handles: 'recurs',
  nodejs_active_requests: 'recurs',
  go_goroutines: 'recurs',
  go_threads: 'recurs',
  jvm_threads_live_threads: 'recurs',
  jvm_threads_current: 'recurs',
  hikaricp_connections_active: 'returns',
  hikaricp_connections_pending: 'returns',
};

/** How the number of that name is judged; of a name that nobody knows, whoever gave it says that it comes back. */
export function mannerOf(name: string): GaugeManner {
  const bare = name.replace(/\{.*$/s, '');
  return USUAL_GAUGES[bare] ?? (/_bytes$/i.test(bare) ? 'trend' : 'returns');
}

/** @throws ChurnError `usage` for what names no number. */
export function parseGauges(given: readonly string[] | undefined): readonly GaugeSpec[] {
  return (given ?? []).map(parseGauge);
}

function parseGauge(text: string): GaugeSpec {
  if (text.startsWith('cmd:')) return commandGauge(text);
  const [address = '', ...rest] = text.split('#');
  const name = rest.length === 0 ? undefined : rest.join('#');
  const isUrl = /^https?:\/\//i.test(address) && URL.canParse(address);
  if (!isUrl || name === '') throw wrong(text);
  return { source: { from: 'http', url: new URL(address).href }, name };
}

/** What follows the last `#` is a name, unless there is a space in it: then it belongs to the command. */
function commandGauge(text: string): GaugeSpec {
  const at = text.lastIndexOf('#');
  const hasName = at > 0 && at < text.length - 1 && !/[\s'"]/.test(text.slice(at).replace(/\{.*\}$/, ''));
  const command = wordsOf(text.slice('cmd:'.length, hasName ? at : undefined));
  if (command === undefined || command.length === 0) throw wrong(text);
  return { source: { from: 'command', command }, name: hasName ? text.slice(at + 1) : undefined };
}

/** Words as a shell would take them apart, with quotes and nothing else of a shell; undefined: a quote is not closed. */
function wordsOf(text: string): string[] | undefined {
  const words = text.match(/(?:[^\s'"]|'[^']*'|"[^"]*"|['"])+/g) ?? [];
  const parts = words.map(word => word.match(/[^'"]+|'[^']*'|"[^"]*"|['"]/g) ?? []);
  if (parts.flat().some(part => part === "'" || part === '"')) return undefined;
  return parts.map(word => word.map(part => part.replace(/^(['"])(.*)\1$/s, '$2')).join(''));
}

function wrong(text: string) {
  return usage(
    `--gauge expects URL#NAME or cmd:COMMAND, got ${JSON.stringify(text)}.`,
    'For example --gauge http://127.0.0.1:8081/metrics#hikaricp_connections_active, …/stats.json#pools.http.leased, "cmd:./leased"',
  );
}
