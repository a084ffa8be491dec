import { ANY_STATUS, type HttpRequest, type HttpScript } from '../workload/script.js';
import { type Raw, reader, usage } from './option.js';
import { parseRoutes, type Route } from './routes.js';
import { SAID } from './said.js';
import type { UrlTarget } from './url.js';

export type RawRequest = Raw<
  Pick<typeof SAID, 'path' | 'method' | 'header' | 'data' | 'routes' | 'requests' | 'expectStatus'>
>;

/** What the address of the server says of the request. */
export type Addressed = Pick<UrlTarget, 'path' | 'authority' | 'credentials'>;

/** What churn says of itself, unless a header says otherwise. */
const USUAL_HEADERS = ['User-Agent: churn', 'Accept: */*'];

/** Options that only a request of HTTP has. */
export const OF_HTTP = ['path', 'method', 'header', 'data', 'routes', 'requests', 'expectStatus'] as const;

/**
 * The requests that the options describe; undefined where none of them does.
 *
 * @throws ChurnError `usage` for what is no path, method, header or status.
 */
export function parseRequests(raw: RawRequest, addressed: Addressed): HttpScript | undefined {
  const isNamed = addressed.path !== undefined || OF_HTTP.some(name => raw[name] !== undefined);
  if (!isNamed) return undefined;
  const lines = headerLines(raw.header ?? [], addressed);
  const requests = routesOf(raw, addressed).map(route => build(route, lines));
  return {
    requests,
    perConnection: reader(SAID, { requests: raw.requests })('requests'),
    readsWhole: true,
    accepts: parseStatuses(raw.expectStatus),
  };
}

/**
 * What `--send` says, where that is a request of HTTP: the answer is then told by its status.
 *
 * @throws ChurnError `usage` for a request that has no end: the server would wait for the rest of it.
 */
export function readSent(
  bytes: Uint8Array,
  expectStatus: string | undefined,
  isWhole: boolean,
): HttpScript | undefined {
  const text = String.fromCharCode(...bytes.subarray(0, MAX_HEAD));
  const [, method, path] = /^([A-Z]+) (\S+) HTTP\/1\.[01]\r?\n/.exec(text) ?? [];
  if (method === undefined || path === undefined) return undefined;
  if (isWhole) requireEnd(text, bytes.length);
  return {
    requests: [{ ...UNPARSED, route: `${method} ${path}`, bytes, isHead: method === 'HEAD' }],
    perConnection: 1,
    readsWhole: false,
    accepts: parseStatuses(expectStatus),
  };
}

/** Of a request that was given as bytes. */
const UNPARSED = { lines: ['Host: localhost', ...USUAL_HEADERS], body: undefined, own: [] };

/** The plain GET that is asked for when nothing was said, or `--protocol http`: any status is an answer. */
export function usualRequest(bytes: Uint8Array): HttpScript {
  return {
    requests: [{ ...UNPARSED, route: 'GET /', bytes, isHead: false }],
    perConnection: 1,
    readsWhole: false,
    accepts: ANY_STATUS,
  };
}

/** Whether it may leave something behind on purpose, so that nobody makes it more often than was asked for. */
export function changesThings({ requests }: HttpScript): boolean {
  return requests.some(({ route }) => !/^(GET|HEAD|OPTIONS|TRACE) /.test(route));
}

function requireEnd(text: string, length: number): void {
  const head = /\r?\n\r?\n/.exec(text);
  if (!head && length < MAX_HEAD) {
    throw usage(
      '--send is a request of HTTP without the empty line that ends its head, so the server would wait for the rest of it.',
      String.raw`End it with \r\n\r\n, or let churn write it: churn http://localhost:3000/`,
    );
  }
  const told = Number(/\ncontent-length:\s*(\d+)/i.exec(text.slice(0, head?.index))?.[1]);
  const sent = head ? length - head.index - head[0].length : 0;
  if (head && told > sent) {
    throw usage(
      `--send tells a Content-Length of ${told}, and ${sent} bytes follow, so the server would wait for the rest.`,
      'Let churn count: churn http://localhost:3000/ --data …',
    );
  }
}

const MAX_HEAD = 65_536;

function routesOf(raw: RawRequest, { path: usual = '/' }: Addressed): readonly Route[] {
  if (raw.routes !== undefined) return parseRoutes(raw.routes);
  const body = raw.data === undefined ? undefined : bodyOf(raw.data);
  const method = (raw.method ?? (body ? 'POST' : 'GET')).toUpperCase();
  if (!/^[A-Z][A-Z-]*$/.test(method)) {
    throw usage(`--method expects a method, got ${JSON.stringify(raw.method)}.`, 'For example -X PUT');
  }
  return (raw.path ?? [usual]).map(path => ({ method, path: requirePath(path), ...(body && { body }) }));
}

function requirePath(path: string): string {
  if (/^\/[!-~]*$/.test(path)) return path;
  if (URL.canParse(path) && /^https?:/i.test(path)) {
    throw usage(
      `--path expects a path, got ${JSON.stringify(path)}.`,
      `A URL is the first word: churn ${path}`,
    );
  }
  throw usage(
    `--path expects a path that begins with / and has no spaces, got ${JSON.stringify(path)}.`,
    'For example --path /api/items/1?full=yes; a space is %20.',
  );
}

/** Text as it is, with no escapes, as curl sends it; a file has been read. */
function bodyOf(data: string | Uint8Array): Uint8Array {
  return typeof data === 'string' ? new TextEncoder().encode(data) : data;
}

function headerLines(
  given: readonly string[],
  { authority = 'localhost', credentials }: Addressed,
): string[] {
  for (const line of given) {
    // No line may break out of the head.
    if (/^[!#$%&'*+.^_`|~\w-]+:[^\r\n\0]*$/.test(line)) continue;
    throw usage(
      `--header expects "Name: value", got ${JSON.stringify(line)}.`,
      "For example --header 'Authorization: Bearer abc'",
    );
  }
  const bytes = new TextEncoder().encode(credentials ?? '');
  const basic =
    credentials === undefined ? [] : [`Authorization: Basic ${btoa(String.fromCharCode(...bytes))}`];
  return withoutTwice([`Host: ${authority}`, ...USUAL_HEADERS, ...basic], given);
}

/** What is usual, unless it was given, and what was given. */
function withoutTwice(usual: readonly string[], given: readonly string[]): string[] {
  const names = new Set(given.map(nameOf));
  return [...usual.filter(line => !names.has(nameOf(line))), ...given];
}

function nameOf(line: string): string {
  return line.slice(0, line.indexOf(':')).toLowerCase();
}

function build({ method, path, body, headers = [] }: Route, lines: readonly string[]): HttpRequest {
  const ofBody = body
    ? [`Content-Type: ${isJson(body) ? 'application/json' : 'application/x-www-form-urlencoded'}`]
    : [];
  const length = body || /^(POST|PUT|PATCH)$/.test(method) ? [`Content-Length: ${body?.length ?? 0}`] : [];
  const said = withoutTwice(lines, headers);
  const names = new Set(said.map(nameOf));
  const all = [...said, ...[...ofBody, ...length].filter(line => !names.has(nameOf(line)))];
  const host = all.filter(line => nameOf(line) === 'host');
  const rest = all.filter(line => nameOf(line) !== 'host');
  const head = new TextEncoder().encode(
    `${[`${method} ${path} HTTP/1.1`, ...host, ...rest].join('\r\n')}\r\n\r\n`,
  );
  return {
    route: `${method} ${path}`,
    bytes: body ? joined(head, body) : head,
    lines: [...host, ...rest],
    body,
    own: headers,
    isHead: method === 'HEAD',
  };
}

function joined(head: Uint8Array, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(head.length + body.length);
  bytes.set(head);
  bytes.set(body, head.length);
  return bytes;
}

function isJson(body: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder().decode(body));
    return true;
  } catch {
    return false;
  }
}

function parseStatuses(text: string | undefined): HttpScript['accepts'] {
  if (text === undefined) return ['2xx', '3xx'];
  const codes = text
    .toLowerCase()
    .split(',')
    .map(code => code.trim());
  if (codes.every(code => /^[1-5](\d\d|\dx|xx)$/.test(code))) return codes;
  throw usage(
    `--expect-status expects statuses separated by commas, got ${JSON.stringify(text)}.`,
    'For example --expect-status 200,404 or --expect-status 2xx,401',
  );
}
