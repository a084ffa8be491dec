import { CLIENT_NAMES, type ClientName, FACTS } from '../workload/client-names.js';
import { type Expectation, PROTOCOLS, type Script } from '../workload/script.js';
import { type Raw, reader, requireSense, usage } from './option.js';
import { parsePayload } from './payload.js';
import { CYCLES, SAID } from './table.js';

export type RawClientOptions = Raw<typeof SAID> & Pick<Raw<typeof CYCLES>, 'client' | 'thorough'>;

export type Clients = readonly [ClientName, ...ClientName[]];

/**
 * `probes`: beside the clients there is a probe that sends the request and takes notice of the answer.
 * @throws ChurnError `usage` for a name that is none, data that cannot be read, or options that do not go together.
 */
export function parseClients(
  raw: RawClientOptions,
  waitMs: number,
  probes: boolean,
): { readonly clients: Clients; readonly script: Script } {
  const clients = raw.thorough
    ? CLIENT_NAMES
    : raw.tls
      ? tlsClients(raw)
      : parseNames(raw.client ?? CYCLES.client.default);
  requireUse(clients, raw, probes);
  requireSense(SAID, raw);
  const name = reader(SAID, raw)('protocol');
  const protocol = name === undefined ? undefined : PROTOCOLS[name];
  const { request, expect, greets } = protocol ?? { ...PROTOCOLS.http, expect: undefined };
  return {
    clients,
    script: {
      request: raw.send === undefined ? new TextEncoder().encode(request) : sendBytes(raw.send),
      greets,
      meant: raw.send !== undefined || protocol !== undefined || raw.expect !== undefined,
      expect: raw.expect === undefined ? expect : parseExpectation(raw.expect),
      waitMs,
      tls: {
        sni: raw.sni,
        alpn: raw.alpn === undefined ? [] : list('--alpn', raw.alpn, 'h2,http/1.1'),
        ca: raw.ca,
        insecure: raw.insecure ?? false,
      },
    },
  };
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
function requireUse(clients: Clients, raw: RawClientOptions, probes: boolean): void {
  const facts = clients.map(name => FACTS[name]);
  const sends = probes || facts.some(({ request }) => request !== 'none');
  const reads = probes || facts.some(({ request, waitsFor }) => waitsFor === 'answer' || request === 'may');
  const usesTls = facts.some(({ tls }) => tls);
  const names = clients.join(', ');
  for (const option of ['send', 'protocol'] as const) {
    if (raw[option] !== undefined && !sends) {
      throw usage(
        `--${option} has no meaning with --client ${names}, which sends no request.`,
        'Clients that do: --client reply, --client partial, --client tls',
      );
    }
  }
  if (raw.expect !== undefined && !reads) {
    throw usage(
      `--expect has no meaning with --client ${names}, which waits for no answer.`,
      'Clients that do: --client reply, --client reply-rst, --client tls',
    );
  }
  for (const option of ['sni', 'alpn', 'ca', 'insecure'] as const) {
    if (raw[option] !== undefined && !usesTls) {
      throw usage(
        `--${option} has no meaning with --client ${names}, which does not speak TLS.`,
        'Clients that do: --client tls (or --tls), --client tls-abort, --client tls-rst',
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
