import { type ClientName, FACTS } from '../workload/client-names.js';
import { optionOf, type Raw } from './option.js';
import { SAID } from './said.js';
import type { UrlTarget } from './url.js';

/** What a command line says of the clients beside their names, so that the next one asks for the same. */
export interface Asked {
  /** The server as a URL, without a password; undefined where it was named otherwise. */
  readonly url: string | undefined;
  /** The client that such a URL asks for, unless another one is named. */
  readonly usual: ClientName | undefined;
  /** Options that only clients have which send a request, wait for an answer, or speak TLS. */
  readonly ofRequest: readonly string[];
  readonly ofAnswer: readonly string[];
  readonly ofTls: readonly string[];
}

/** Nothing was said. */
export const NOTHING_ASKED: Asked = {
  ...{ url: undefined, usual: undefined },
  ...{ ofRequest: [], ofAnswer: [], ofTls: [] },
};

type Name = keyof typeof SAID;

const OF_TLS: readonly Name[] = ['sni', 'alpn', 'ca', 'insecure', 'cert', 'key'];
const OF_ANSWER: readonly Name[] = ['expect'];
/** Their contents stand where their name was. */
const FILES: readonly Name[] = ['routes', 'ca', 'cert', 'key'];

/**
 * The options of `SAID` that were given, as words. What came out of a file has the word FILE; the value of a header that
 * lets somebody in is left out, since reports are passed on.
 */
export function askedBy(raw: Raw<typeof SAID>, text: string | undefined, url: UrlTarget): Asked {
  // --tls is the name of a client.
  const given = (Object.keys(SAID) as Name[]).filter(name => name !== 'tls' && raw[name] !== undefined);
  const words = (names: readonly Name[]) => names.flatMap(name => wordsOf(name, raw[name]));
  const isUrl = text !== undefined && URL.canParse(text) && url.protocol !== undefined;
  return {
    url: isUrl ? withoutPassword(text) : undefined,
    usual: isUrl ? (url.client ?? 'reply') : undefined,
    ofRequest: words(given.filter(name => !OF_TLS.includes(name) && !OF_ANSWER.includes(name))),
    ofAnswer: words(given.filter(name => OF_ANSWER.includes(name))),
    ofTls: words(given.filter(name => OF_TLS.includes(name))),
  };
}

/** The words that make these clients again; `fin`, of whom nothing was said, needs none. */
export function clientWords(clients: readonly string[], asked: Asked): string[] {
  const facts = clients.flatMap(name => (name in FACTS ? [FACTS[name as ClientName]] : []));
  const sends = facts.some(({ request }) => request !== 'none');
  const reads = facts.some(({ request, waitsFor }) => waitsFor === 'answer' || request === 'may');
  const isSecure = /^[a-z]+s:/.test(asked.url ?? '');
  const usesTls = facts.some(({ tls, request }) => tls || (isSecure && request === 'whole'));
  const names = clients.join(',');
  return [
    ...(names === '' || names === (asked.usual ?? 'fin') ? [] : ['--client', names]),
    ...(sends ? asked.ofRequest : []),
    ...(reads ? asked.ofAnswer : []),
    ...(usesTls ? asked.ofTls : []),
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

function withoutPassword(text: string): string {
  const url = new URL(text);
  url.password = url.password && 'PASSWORD';
  return url.href;
}
