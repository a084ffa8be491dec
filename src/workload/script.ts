/** What the clients say, and what they want to hear; the same for all cycles of a run. Plain data. */
export interface Script {
  /** What is sent by the behaviours that send a request. */
  readonly request: Uint8Array;
  /** The server speaks first, and must be listened to before anything is sent. */
  readonly greets: boolean;
  /** The caller has named the request: this server is meant to answer it. */
  readonly meant: boolean;
  /** What an answer must be like; undefined is any. */
  readonly expect: Expectation | undefined;
  /** How long `idle` says nothing, and `drip` waits between two bytes. */
  readonly waitMs: number;
  readonly tls: TlsScript;
  /** Whoever sends a whole request does so under TLS. */
  readonly isSecure: boolean;
  /** The request is one of HTTP, and what is known of it; undefined: it is of something else. */
  readonly http: HttpScript | undefined;
}

/** Requests of HTTP, and which answers are taken for right. */
export interface HttpScript {
  /** Asked in turn; never empty. */
  readonly requests: readonly HttpRequest[];
  /** So many on each connection, one after the other. */
  readonly perConnection: number;
  /** Answers are read to their end, as a client of HTTP does; else the first bytes are enough. */
  readonly readsWhole: boolean;
  /** "2xx", "404": a status that none of them is like is not what was expected. */
  readonly accepts: readonly string[];
}

export interface HttpRequest {
  /** Method and path: what the report calls it. */
  readonly route: string;
  readonly bytes: Uint8Array;
  /** The same taken apart, for clients that write it otherwise: lines of the head, Host first, and the body. */
  readonly lines: readonly string[];
  readonly body: Uint8Array | undefined;
  /** Lines of the head that only this one of several requests has. */
  readonly own: readonly string[];
  /** Its answer has no body, whatever length it tells. */
  readonly isHead: boolean;
}

export const ANY_STATUS: HttpScript['accepts'] = ['1xx', '2xx', '3xx', '4xx', '5xx'];

/** Whether a status is like one of "2xx", "40x", "204". */
export function isAccepted(status: number, accepts: HttpScript['accepts']): boolean {
  const digits = String(status);
  return accepts.some(like => [...like].every((digit, index) => digit === 'x' || digit === digits[index]));
}

/** A text that has to occur, or a pattern. */
export type Expectation = string | RegExp;

export interface TlsScript {
  /** Server name to ask for and to verify; undefined asks for none. */
  readonly sni: string | undefined;
  readonly alpn: readonly string[];
  /** Certificates to trust, as PEM text, instead of those that Node brings. */
  readonly ca: string | undefined;
  /** Any certificate will do. */
  readonly insecure: boolean;
  /** Who the client is, where the server asks for that: its certificate and key, as PEM text. */
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

/** What a connection sends, or the half of: several requests are taken in turn. */
export function requestBytes({ request, http }: Script, connection: number): Uint8Array {
  return http && http.requests.length > 1 ? requestInTurn(http, connection).bytes : request;
}

/** Which request it is the turn of. */
export function requestInTurn({ requests }: HttpScript, connection: number): HttpRequest {
  return requests[(connection - 1) % requests.length] as HttpRequest;
}

/** The first half of the request: what a client has sent that goes away in the middle of it. */
export function firstHalf(script: Script, connection: number): Uint8Array {
  const request = requestBytes(script, connection);
  return request.subarray(0, Math.max(1, request.length >> 1));
}

/** The script of clients that ask for these routes alone, of several. */
export function ofRoutes(script: Script, routes: readonly string[]): Script {
  const { http } = script;
  if (http === undefined) return script;
  const requests = http.requests.filter(({ route }) => routes.includes(route));
  return { ...script, request: requests[0]?.bytes ?? script.request, http: { ...http, requests } };
}

/** Method and path of each request of HTTP, each once. */
export function routesOf({ http }: Script): readonly string[] {
  return [...new Set(http?.requests.map(({ route }) => route))];
}

/** Whether `heard` is what was expected; bytes above 127 count as Latin-1. */
export function isExpected(heard: string, expect: Expectation | undefined): boolean {
  if (expect === undefined) return heard.length > 0;
  return typeof expect === 'string' ? heard.includes(expect) : expect.test(heard);
}

/** A ready request, and what a server of that protocol answers to it at least. */
interface ProtocolScript {
  readonly request: string;
  readonly expect: Expectation;
  /** The server speaks first. */
  readonly greets: boolean;
}

export const PROTOCOL_NAMES = ['http', 'redis', 'smtp', 'echo'] as const;

export type ProtocolName = (typeof PROTOCOL_NAMES)[number];

/** Total. The client is the one who closes, so HTTP keeps the connection alive. */
export const PROTOCOLS: Readonly<Record<ProtocolName, ProtocolScript>> = {
  http: {
    request: 'GET / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: churn\r\nAccept: */*\r\n\r\n',
    expect: /^HTTP\/1\.[01] [1-5]\d\d/,
    greets: false,
  },
  redis: {
    // NOAUTH is an answer too.
    request: '*1\r\n$4\r\nPING\r\n',
    expect: /^(\+PONG|-[A-Z]+)/,
    greets: false,
  },
  smtp: {
    request: 'EHLO localhost\r\n',
    expect: /^[245]\d\d[ -]/,
    greets: true,
  },
  echo: {
    request: 'churn says hello\n',
    expect: 'churn says hello\n',
    greets: false,
  },
};
