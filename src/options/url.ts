import type { ClientName } from '../workload/client-names.js';
import type { ProtocolName } from '../workload/script.js';
import { usage } from './option.js';

/** What the word says that names a server: a port, an address, a path of a Unix socket, or a URL. */
export interface UrlTarget {
  readonly port?: number;
  readonly host?: string;
  readonly unix?: string;
  /** What is spoken there; undefined where only an address was given. */
  readonly protocol?: ProtocolName;
  /** Under TLS. */
  readonly isSecure: boolean;
  /** The client that such a URL asks for. */
  readonly client?: ClientName;
  /** Of an HTTP server: what to ask for, whom it is asked of (`localhost:3000`), and the user of the URL. */
  readonly path?: string;
  readonly authority?: string;
  readonly credentials?: string;
}

/** Whether a word on the command line can only be a server: no command has a colon, a slash, or nothing but digits. */
export function looksLikeTarget(word: string): boolean {
  return /[:/]|^\d+$/.test(word) && !word.startsWith('-');
}

/**
 * `9000`, `:9000`, `localhost:9000`, `localhost:3000/api`, `unix:/run/app.sock`, `/run/app.sock`, or a URL.
 *
 * @throws ChurnError `usage` for what is none of these, or has no port.
 */
export function parseUrlTarget(text: string): UrlTarget {
  const bare = /^:?(\d+)$/.exec(text);
  if (bare) return { port: portOf(bare[1] ?? '', text), isSecure: false };
  const unix = /^unix:(?:\/\/(?=[/@]))?(.+)$/.exec(text) ?? /^(\.{0,2}\/.+)$/.exec(text);
  if (unix?.[1]) return { unix: unix[1], isSecure: false };
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return fromUrl(text);
  const address = /^(\[[^\]]+\]|[^:/\s]+):(\d+)(\/.*)?$/.exec(text);
  if (!address) throw wrong(text);
  const [, host = '', port = '', path] = address;
  // Whoever writes a path behind an address means HTTP, as curl does.
  if (path !== undefined) return fromUrl(`http://${text}`);
  return { host: withoutBrackets(host), port: portOf(port, text), isSecure: false };
}

interface Scheme {
  readonly port: number | undefined;
  readonly protocol?: ProtocolName;
  readonly isSecure?: boolean;
  readonly client?: ClientName;
}

const SCHEMES: Readonly<Record<string, Scheme>> = {
  'http:': { port: 80, protocol: 'http' },
  'https:': { port: 443, protocol: 'http', isSecure: true },
  'ws:': { port: 80, protocol: 'http', client: 'ws' },
  'wss:': { port: 443, protocol: 'http', client: 'ws', isSecure: true },
  'redis:': { port: 6_379, protocol: 'redis' },
  'rediss:': { port: 6_379, protocol: 'redis', isSecure: true },
  'smtp:': { port: 25, protocol: 'smtp' },
  'smtps:': { port: 465, protocol: 'smtp', isSecure: true },
  'tcp:': { port: undefined },
  'tls:': { port: undefined, client: 'tls' },
};

function fromUrl(text: string): UrlTarget {
  if (!URL.canParse(text)) throw wrong(text);
  const { protocol, hostname, port, pathname, search, username, password } = new URL(text);
  const scheme = SCHEMES[protocol];
  if (!scheme) {
    throw usage(
      `${text} begins with ${protocol}//, which churn does not speak.`,
      `It speaks ${Object.keys(SCHEMES)
        .map(name => `${name}//`)
        .join(', ')}; of any other server give the port, and what to say: churn 9000 --send 'HELLO\\r\\n'`,
    );
  }
  const number = port === '' ? scheme.port : Number(port);
  if (number === undefined || hostname === '') throw wrong(text);
  const address = { port: number, host: withoutBrackets(hostname) };
  const { isSecure = false, client } = scheme;
  const speaks = {
    isSecure,
    ...(scheme.protocol && { protocol: scheme.protocol }),
    ...(client && { client }),
  };
  if (scheme.protocol !== 'http') return { ...address, ...speaks };
  const user = [username, password].map(decodeURIComponent).join(':');
  return {
    ...{ ...address, ...speaks },
    path: `${pathname}${search}`,
    authority: number === scheme.port ? hostname : `${hostname}:${number}`,
    ...(username !== '' && { credentials: user }),
  };
}

function portOf(digits: string, text: string): number {
  const port = Number(digits);
  if (port >= 1 && port <= 65_535) return port;
  throw usage(`${text} names no port: these go from 1 to 65535.`, 'For example churn 9000');
}

function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}

function wrong(text: string) {
  return usage(
    `A server is named by its port, address or URL, got ${JSON.stringify(text)}.`,
    'For example churn 9000, churn localhost:9000, churn http://localhost:3000/api, churn unix:/run/app.sock',
  );
}
