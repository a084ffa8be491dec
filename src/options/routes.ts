import { usage } from './option.js';

/** One request, as a file tells it. */
export interface Route {
  readonly method: string;
  readonly path: string;
  readonly body?: Uint8Array;
  readonly headers?: readonly string[];
}

/**
 * The requests of a file: a line for each, as "/items", "DELETE /items/1" or "POST /items {…}", with comments behind #;
 * those of a HAR, which a browser records; or those of an OpenAPI document in JSON that need nothing but their path.
 *
 * @throws ChurnError `usage` for a file in which there are none.
 */
export function parseRoutes(text: string): readonly Route[] {
  const document = text.trimStart().startsWith('{') ? asJson(text) : undefined;
  const routes =
    document === undefined ? fromLines(text) : (fromHar(document) ?? fromOpenApi(document) ?? []);
  if (routes.length > 0) return routes;
  throw usage(
    '--routes names a file in which there are no requests.',
    'A line for each ("GET /items", "POST /items {…}"), a HAR, or an OpenAPI document in JSON.',
  );
}

function fromLines(text: string): Route[] {
  return text
    .split(/\r?\n/)
    .map(line => line.trim())
    .filter(line => line !== '' && !line.startsWith('#'))
    .map(line => {
      const [, method = 'GET', path = '', body] = /^(?:([A-Z]+)\s+)?(\/\S*)(?:\s+(.+))?$/.exec(line) ?? [];
      if (path !== '') return routeOf(method, path, body);
      throw usage(
        `--routes: ${JSON.stringify(line)} is no request.`,
        'A line is a path, a method and a path, or these and a body: POST /items {"name": "x"}',
      );
    });
}

/** http://www.softwareishard.com/blog/har-12-spec: the entries of one host, that of the first. */
function fromHar(document: unknown): Route[] | undefined {
  const entries = fieldOf(fieldOf(document, 'log'), 'entries');
  if (!Array.isArray(entries)) return undefined;
  const all = entries.flatMap(entry => {
    const request = fieldOf(entry, 'request');
    const [method, url] = [fieldOf(request, 'method'), fieldOf(request, 'url')];
    if (typeof method !== 'string' || typeof url !== 'string' || !URL.canParse(url)) return [];
    const body = fieldOf(fieldOf(request, 'postData'), 'text');
    return [{ method, url: new URL(url), body: typeof body === 'string' ? body : undefined, request }];
  });
  return all
    .filter(({ url }) => url.host === all[0]?.url.host)
    .map(({ method, url, body, request }) => ({
      ...routeOf(method, `${url.pathname}${url.search}`, body),
      headers: headersOf(fieldOf(request, 'headers')),
    }));
}

/** Those that say who asks, and for what; the others belong to the browser's connection. */
function headersOf(headers: unknown): string[] {
  if (!Array.isArray(headers)) return [];
  return headers.flatMap(header => {
    const [name, value] = [fieldOf(header, 'name'), fieldOf(header, 'value')];
    if (typeof name !== 'string' || typeof value !== 'string' || !OF_REQUEST.test(name)) return [];
    return [`${name}: ${value.replaceAll(/[\r\n\0]/g, ' ')}`];
  });
}

const OF_REQUEST = /^(accept|authorization|content-type|cookie|x-[\w-]+)$/i;

/** GET of each path; what is in braces is taken from its example, and a path without one is left out. */
function fromOpenApi(document: unknown): Route[] | undefined {
  const paths = fieldOf(document, 'paths');
  if (typeof paths !== 'object' || paths === null) return undefined;
  return Object.entries(paths).flatMap(([template, item]) => {
    const get = fieldOf(item, 'get');
    if (get === undefined) return [];
    const parameters = [fieldOf(item, 'parameters'), fieldOf(get, 'parameters')].flatMap(list =>
      Array.isArray(list) ? (list as unknown[]) : [],
    );
    const path = template.replaceAll(/\{([^}]+)\}/g, (braced, name: string) => {
      const parameter = parameters.find(one => fieldOf(one, 'name') === name);
      const example = fieldOf(parameter, 'example') ?? fieldOf(fieldOf(parameter, 'schema'), 'example');
      return example === undefined ? braced : encodeURIComponent(String(example));
    });
    return path.includes('{') ? [] : [routeOf('GET', path, undefined)];
  });
}

function routeOf(method: string, path: string, body: string | undefined): Route {
  return { method, path, ...(body !== undefined && { body: new TextEncoder().encode(body) }) };
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw usage('--routes names a file that begins as JSON and is none.', `${(error as Error).message}.`);
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
