import { CLIENT_NAMES, type ClientName, FACTS, USUAL_CLIENTS, usesOf } from '../workload/client-names.js';
import {
  type Expectation,
  type HttpScript,
  PROTOCOLS,
  type ProtocolName,
  type Script,
} from '../workload/script.js';
import { optionOf, type Raw, reader, requireSense, usage } from './option.js';
import { parsePayload } from './payload.js';
import { OF_HTTP, parseRequests, readSent, usualRequest } from './request.js';
import { OF_TLS, SAID } from './said.js';
import { CYCLES } from './table.js';
import type { UrlTarget } from './url.js';

export type RawClientOptions = Raw<typeof SAID> & Pick<Raw<typeof CYCLES>, 'client' | 'thorough'>;

export type Clients = readonly [ClientName, ...ClientName[]];

/** Nothing is known of the server but where it listens. */
const NOWHERE: UrlTarget = { isSecure: false };

/**
 * `probes`: beside the clients there is a probe that sends the request and takes notice of the answer. `url`: what the
 * name of the server says of what is spoken there.
 * @throws ChurnError `usage` for a name that is none, data that cannot be read, or options that do not go together.
 */
export function parseClients(
  raw: RawClientOptions,
  waitMs: number,
  probes: boolean,
  url: UrlTarget = NOWHERE,
): { readonly clients: Clients; readonly script: Script } {
  const clients = clientsOf(raw, probes, url);
  requireUse(clients, raw, probes, url.isSecure);
  requireSense(SAID, raw);
  const name = reader(SAID, raw)('protocol') ?? protocolOf(raw, url);
  const protocol = name === undefined ? undefined : PROTOCOLS[name];
  const { request, expect, greets } = protocol ?? { ...PROTOCOLS.http, expect: undefined };
  const sent = raw.send === undefined ? new TextEncoder().encode(request) : sendBytes(raw.send);
  const isWhole = probes || clients.some(client => ['whole', 'may'].includes(FACTS[client].request));
  const usualAlpn = url.isSecure && url.protocol === 'http' ? ['http/1.1'] : [];
  const http = httpOf(raw, url, name, sent, isWhole, clients);
  return {
    clients,
    script: {
      request: http?.requests[0]?.bytes ?? sent,
      greets,
      meant:
        raw.send !== undefined || protocol !== undefined || raw.expect !== undefined || isNamed(raw, url),
      expect:
        raw.expect === undefined ? (http?.readsWhole ? undefined : expect) : parseExpectation(raw.expect),
      waitMs,
      tls: {
        sni: raw.sni ?? (url.isSecure && url.host && !isAddress(url.host) ? url.host : undefined),
        alpn: raw.alpn === undefined ? usualAlpn : list('--alpn', raw.alpn, 'h2,http/1.1'),
        ca: raw.ca,
        insecure: raw.insecure ?? false,
        cert: raw.cert,
        key: raw.key,
      },
      isSecure: url.isSecure,
      http,
    },
  };
}

/** A URL without --send asks for its path. */
function isNamed(raw: RawClientOptions, { protocol }: UrlTarget): boolean {
  return protocol !== undefined || OF_HTTP.some(name => raw[name] !== undefined);
}

function protocolOf(raw: RawClientOptions, { protocol }: UrlTarget): ProtocolName | undefined {
  return raw.send === undefined ? protocol : undefined;
}

function httpOf(
  raw: RawClientOptions,
  url: UrlTarget,
  protocol: ProtocolName | undefined,
  sent: Uint8Array,
  isWhole: boolean,
  clients: Clients,
): HttpScript | undefined {
  if (raw.send !== undefined) return readSent(sent, raw.expectStatus, isWhole);
  const other = OF_HTTP.find(name => raw[name] !== undefined);
  if (other !== undefined && protocol !== undefined && protocol !== 'http') {
    throw usage(
      `${optionOf(other)} is said of a request of HTTP, and this one is of ${protocol}.`,
      'Leave out one of them.',
    );
  }
  const asked = parseRequests(usualFor(clients, raw), url);
  return asked ?? (protocol === undefined || protocol === 'http' ? usualRequest(sent) : undefined);
}

/** What is usual depends on who asks: a WebSocket is opened with 101, and HTTP/2 is there for many streams. */
function usualFor(clients: Clients, raw: RawClientOptions): RawClientOptions {
  const are = (names: readonly ClientName[]) => clients.every(client => names.includes(client));
  // A message is no body: the request of a WebSocket is a GET, and what it sends comes later.
  if (are(['ws', 'ws-rst'])) return { ...raw, method: 'GET', expectStatus: raw.expectStatus ?? '101' };
  if (are(['h2', 'h2-rst'])) return { ...raw, requests: raw.requests ?? 10 };
  return raw;
}

/** Who names a request wants to know what becomes of it; with --hold the probe asks for it, and nobody else. */
function clientsOf(raw: RawClientOptions, probes: boolean, { protocol, client }: UrlTarget): Clients {
  if (raw.thorough) return USUAL_CLIENTS as Clients;
  if (raw.tls) return tlsClients(raw);
  const isAsked =
    protocol !== undefined ||
    (['send', 'protocol', 'expect', ...OF_HTTP] as const).some(name => raw[name] !== undefined);
  const usual = client ?? (isAsked && !probes ? 'reply' : CYCLES.client.default);
  return parseNames(raw.client ?? usual);
}

function isAddress(host: string): boolean {
  return /^[\d.]+$/.test(host) || host.includes(':');
}

function tlsClients({ client }: RawClientOptions): Clients {
  if (client === undefined || client === 'tls') return ['tls'];
  throw usage('--tls is short for --client tls, and --client names another one.', 'Give one of them.');
}

function parseNames(text: string): Clients {
  const names = text.split(',').map(name => clientName(name.trim()));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice) throw usage(`--client names ${twice} twice.`, 'Each is taken equally often.');
  return names as unknown as Clients;
}

function clientName(name: string): ClientName {
  const known = CLIENT_NAMES.find(candidate => candidate === name);
  if (known) return known;
  throw usage(
    `--client expects one of ${CLIENT_NAMES.join(', ')}, got ${JSON.stringify(name)}.`,
    'fin is the polite one: connect, close. churn clients tells them all.',
  );
}

/** An option that no client of this run takes notice of is a mistake: what was meant would not be tested. */
function requireUse(clients: Clients, raw: RawClientOptions, probes: boolean, isSecure: boolean): void {
  const uses = usesOf(clients, isSecure);
  const names = clients.join(', ');
  for (const option of ['send', 'protocol', ...OF_HTTP] as const) {
    if (raw[option] !== undefined && !(probes || uses.sends)) {
      throw usage(
        `${optionOf(option)} has no meaning with --client ${names}, which sends no request.`,
        'Clients that do: --client reply, --client partial, --client tls',
      );
    }
  }
  if (raw.expect !== undefined && !(probes || uses.reads)) {
    throw usage(
      `--expect has no meaning with --client ${names}, which waits for no answer.`,
      'Clients that do: --client reply, --client reply-rst, --client tls',
    );
  }
  for (const option of OF_TLS) {
    if (raw[option] !== undefined && !uses.speaksTls) {
      throw usage(
        `--${option} has no meaning with --client ${names}, which does not speak TLS.`,
        'Clients that do: --client tls (or --tls), --client tls-abort, --client tls-rst; or name the server by its URL: churn https://localhost:8443/',
      );
    }
  }
}

function sendBytes(send: string | Uint8Array): Uint8Array {
  if (typeof send !== 'string') {
    if (send.length > 0) return send;
    throw usage('--send names a file that is empty.', 'For a client that sends nothing: --client fin');
  }
  const payload = parsePayload(send);
  if ('bytes' in payload) return payload.bytes;
  throw usage(`--send expects data, got ${JSON.stringify(send)}: ${payload.problem}.`, payload.hint);
}

function parseExpectation(text: string): Expectation {
  if (text === '')
    throw usage('--expect expects a text or a /pattern/, got "".', 'For example --expect PONG');
  const pattern = /^\/(.+)\/([imsu]*)$/s.exec(text);
  if (pattern) {
    try {
      return new RegExp(pattern[1] ?? '', pattern[2]);
    } catch (error) {
      throw usage(`--expect ${text} is no regular expression.`, `${(error as Error).message}.`);
    }
  }
  const payload = parsePayload(text);
  if ('bytes' in payload) return String.fromCharCode(...payload.bytes);
  throw usage(`--expect expects a text, got ${JSON.stringify(text)}: ${payload.problem}.`, payload.hint);
}

function list(option: string, text: string, example: string): string[] {
  const names = text.split(',').map(name => name.trim());
  if (names.every(name => name !== '' && name.length < 256)) return names;
  throw usage(
    `${option} expects names separated by commas, got ${JSON.stringify(text)}.`,
    `For example ${option} ${example}`,
  );
}
