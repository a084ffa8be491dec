import { type ClientName, usesOf } from '../workload/client-names.js';
import type { HttpRequest } from '../workload/script.js';
import { optionOf, type Raw } from './option.js';
import { OF_TLS, SAID } from './said.js';
import type { UrlTarget } from './url.js';

/** What a command line says of the clients beside their names, so that the next one asks for the same. */
export interface Asked {
  /** The server as a URL, without a password; undefined where it was named otherwise. */
  readonly url: string | undefined;
  readonly isSecure: boolean;
  /** The client that is taken where none is named. */
  readonly usual: ClientName;
  /** Options that only clients have which send a request, wait for an answer, or speak TLS. */
  readonly ofRequest: readonly string[];
  readonly ofAnswer: readonly string[];
  readonly ofTls: readonly string[];
}

/** Nothing was said. */
export const NOTHING_ASKED: Asked = {
  ...{ url: undefined, isSecure: false, usual: 'fin' },
  ...{ ofRequest: [], ofAnswer: [], ofTls: [] },
};

type Name = keyof typeof SAID;

/** Their contents stand where their name was. */
const FILES: readonly Name[] = ['routes', 'ca', 'cert', 'key'];

/**
 * The options of `SAID` that were given, as words. What came out of a file has the word FILE; the value of a header that
 * lets somebody in is left out, since reports are passed on. `text`: how the server was named, and `url` what that says.
 */
export function askedBy(raw: Raw<typeof SAID>, text: string | undefined, url: UrlTarget): Asked {
  // --tls is the name of a client.
  const { tls: _, expect, ...others } = raw;
  const ofTls: readonly string[] = OF_TLS;
  const ofRequest = (Object.keys(SAID) as Name[]).filter(name => name in others && !ofTls.includes(name));
  const words = (names: readonly Name[]) => names.flatMap(name => wordsOf(name, raw[name]));
  const isNamed = text !== undefined && url.protocol !== undefined;
  return {
    url: isNamed ? withoutPassword(text) : undefined,
    isSecure: url.isSecure,
    usual: isNamed ? (url.client ?? 'reply') : 'fin',
    ofRequest: words(ofRequest),
    ofAnswer: wordsOf('expect', expect),
    ofTls: words(OF_TLS),
  };
}

/**
 * The same of one of several routes: what the others are asked for is left out, and what a file said of this one is said.
 * A body that is long, or no text, has the word FILE.
 */
export function askedForRoute(asked: Asked, { route, body, own }: HttpRequest): Asked {
  const [method = 'GET', path = '/'] = route.split(' ');
  const { ofRequest } = asked;
  const isOfFile = ofRequest.includes('--routes');
  const kept = ofRequest.filter((_, at) => ![ofRequest[at], ofRequest[at - 1]].some(saysWhich));
  const data = isOfFile && body ? ['--data', textOf(body) ?? '@FILE'] : [];
  const usual = body ? 'POST' : 'GET';
  return {
    ...asked,
    ofRequest: [
      ...(isOfFile && method !== usual ? ['--method', method] : []),
      ...['--path', path, ...data, ...kept],
      ...own.flatMap(line => ['--header', withoutSecret(line)]),
    ],
  };
}

function saysWhich(word: string | undefined): boolean {
  return word === '--path' || word === '--routes';
}

function textOf(body: Uint8Array): string | undefined {
  const text = new TextDecoder().decode(body);
  return body.length <= MAX_DATA && /^[^@\p{C}\ufffd][^\p{C}\ufffd]*$/u.test(text) ? text : undefined;
}

const MAX_DATA = 120;

/** The words that name these clients, where they are not the usual ones. */
export function clientWords(clients: readonly ClientName[], { usual }: Asked): string[] {
  const names = clients.join(',');
  return names === '' || names === usual ? [] : ['--client', names];
}

/** What was said of these clients; not what none of them takes notice of. */
export function saidWords(clients: readonly ClientName[], asked: Asked): string[] {
  const { sends, reads, speaksTls } = usesOf(clients, asked.isSecure);
  return [
    ...(sends ? asked.ofRequest : []),
    ...(reads ? asked.ofAnswer : []),
    ...(speaksTls ? asked.ofTls : []),
  ];
}

function wordsOf(name: Name, value: unknown): string[] {
  const option = optionOf(name);
  if (value === undefined || value === false) return [];
  if (value === true) return [option];
  if (FILES.includes(name)) return [option, 'FILE'];
  if (value instanceof Uint8Array) return [option, '@FILE'];
  const values = Array.isArray(value) && name !== 'alpn' ? value : [value];
  return values.flatMap(one => [option, name === 'header' ? withoutSecret(String(one)) : String(one)]);
}

function withoutSecret(line: string): string {
  const [, name = ''] = /^([^:]*):/.exec(line) ?? [];
  return /auth|cookie|token|secret|key/i.test(name) ? `${name}: …` : line;
}

/** "localhost:3000/api" names a server too, and has none. */
function withoutPassword(text: string): string {
  if (!text.includes('://')) return text;
  const url = new URL(text);
  url.password = url.password && 'PASSWORD';
  return url.href;
}
