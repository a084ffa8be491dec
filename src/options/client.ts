import { ChurnError } from '../errors.js';
import { CLIENT_NAMES, type ClientName, FACTS } from '../workload/client-names.js';
import {
  type Expectation,
  PROTOCOL_NAMES,
  PROTOCOLS,
  type ProtocolName,
  type Script,
} from '../workload/script.js';
import { parsePayload } from './payload.js';

/** Options that say what the clients do, as they are given. Files have been read: `send` and `ca` are their contents. */
export interface RawClientOptions {
  /** Names, separated by commas. */
  readonly client?: string | undefined;
  /** Short for the client `tls`. */
  readonly tls?: boolean | undefined;
  /** Every client in turn. */
  readonly thorough?: boolean | undefined;
  readonly send?: string | Uint8Array | undefined;
  readonly expect?: string | undefined;
  readonly protocol?: string | undefined;
  readonly sni?: string | undefined;
  /** Names, separated by commas. */
  readonly alpn?: string | undefined;
  /** PEM text. */
  readonly ca?: string | undefined;
  readonly insecure?: boolean | undefined;
}

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
    ? allClients(raw)
    : raw.tls
      ? tlsClients(raw)
      : parseNames(raw.client ?? 'fin');
  requireUse(clients, raw, probes);
  const protocol = raw.protocol === undefined ? undefined : PROTOCOLS[protocolName(raw.protocol)];
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

function allClients({ client, tls }: RawClientOptions): Clients {
  if (client === undefined && !tls) return CLIENT_NAMES;
  const option = tls ? '--tls' : '--client';
  throw usage(
    `--thorough takes every client in turn, and ${option} names one.`,
    `Leave out ${option}, or --thorough.`,
  );
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

function protocolName(name: string): ProtocolName {
  const known = PROTOCOL_NAMES.find(candidate => candidate === name);
  if (known) return known;
  throw usage(
    `--protocol expects one of ${PROTOCOL_NAMES.join(', ')}, got ${JSON.stringify(name)}.`,
    String.raw`For another one say what is to be sent: --send 'HELLO\r\n'`,
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
  if (raw.send !== undefined && raw.protocol !== undefined) {
    throw usage(
      '--send and --protocol both say what is sent.',
      'Give one of them, and --expect if you like.',
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
  if (raw.ca !== undefined && raw.insecure) {
    throw usage('--ca says whom to trust, --insecure trusts everybody.', 'Give one of them.');
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

function usage(sentence: string, hint: string): ChurnError {
  return new ChurnError('usage', sentence, hint);
}
