/** Names of the client behaviours, apart from their code so that the options can be checked without any I/O. */
export const CLIENT_NAMES = [
  'fin',
  'rst',
  'half',
  'byte',
  'byte-rst',
  'partial',
  'partial-rst',
  'reply',
  'reply-rst',
  'idle',
  'drip',
  'tls',
  'tls-abort',
  'tls-rst',
  'ws',
  'ws-rst',
  'sse',
  'h2',
  'h2-rst',
] as const;

export type ClientName = (typeof CLIENT_NAMES)[number];

/** What is to be known of a behaviour before it is used. */
export interface BehaviourFacts {
  /** One line, what the client does. */
  readonly summary: string;
  /** What goes over the wire after the handshake of TCP, in order; ">" from the client, "<" from the server. */
  readonly packets: readonly `${'>' | '<'} ${string}`[];
  /** How much of a request it sends: `may` sends one if it is told which. */
  readonly request: 'none' | 'part' | 'whole' | 'may';
  /** What it waits for, and so has a deadline for. */
  readonly waitsFor: 'nothing' | 'answer' | 'close' | 'handshake';
  readonly tls: boolean;
  /** It needs a service that few servers have, so that it is tried only when it is named. */
  readonly isSpecial?: boolean;
  readonly ends: 'FIN' | 'RST';
  /** How many times a cycle does nothing for as long as `--wait` says. */
  readonly pauses: number;
}

const SILENT = { request: 'none', waitsFor: 'nothing', tls: false, pauses: 0 } as const;
const SPECIAL = { request: 'whole', waitsFor: 'answer', tls: false, pauses: 0, isSpecial: true } as const;
const HANDSHAKE = ['> ClientHello', '< ServerHello, certificate', '> Finished', '< session tickets'] as const;

/** Total: a behaviour without its facts does not compile. */
export const FACTS: Readonly<Record<ClientName, BehaviourFacts>> = {
  fin: {
    ...SILENT,
    summary: 'connect, close',
    packets: ['> FIN', '< FIN'],
    ends: 'FIN',
  },
  rst: {
    ...SILENT,
    summary: 'connect, reset',
    packets: ['> RST'],
    ends: 'RST',
  },
  half: {
    ...SILENT,
    summary: 'shut down for writing, read until the server closes',
    packets: ['> FIN', '< whatever is left to say', '< FIN'],
    waitsFor: 'close',
    ends: 'FIN',
  },
  byte: {
    ...SILENT,
    summary: 'one byte, close',
    packets: ['> 1 byte', '> FIN', '< FIN'],
    ends: 'FIN',
  },
  'byte-rst': {
    ...SILENT,
    summary: 'one byte, reset',
    packets: ['> 1 byte', '> RST'],
    ends: 'RST',
  },
  partial: {
    ...SILENT,
    summary: 'half of a request, close',
    packets: ['> half of a request', '> FIN', '< FIN'],
    request: 'part',
    ends: 'FIN',
  },
  'partial-rst': {
    ...SILENT,
    summary: 'half of a request, reset',
    packets: ['> half of a request', '> RST'],
    request: 'part',
    ends: 'RST',
  },
  reply: {
    summary: 'a request, wait for the answer, close',
    packets: ['> request', '< answer', '> FIN', '< FIN'],
    request: 'whole',
    waitsFor: 'answer',
    tls: false,
    ends: 'FIN',
    pauses: 0,
  },
  'reply-rst': {
    summary: 'a request, reset while the answer is coming',
    packets: ['> request', '< first bytes of the answer', '> RST'],
    request: 'whole',
    waitsFor: 'answer',
    tls: false,
    ends: 'RST',
    pauses: 0,
  },
  idle: {
    ...SILENT,
    summary: 'say nothing for a while (--wait), close',
    packets: ['> (a while)', '> FIN', '< FIN'],
    ends: 'FIN',
    pauses: 1,
  },
  drip: {
    ...SILENT,
    summary: 'a byte of a request now and then (--wait), close',
    packets: ['> 1 byte', '> (a while)', '> 1 byte', '> (a while)', '> 1 byte', '> FIN', '< FIN'],
    request: 'part',
    ends: 'FIN',
    pauses: 2,
  },
  tls: {
    summary: 'whole TLS handshake, close_notify, close',
    packets: [...HANDSHAKE, '> close_notify', '> FIN', '< close_notify', '< FIN'],
    request: 'may',
    waitsFor: 'close',
    tls: true,
    ends: 'FIN',
    pauses: 0,
  },
  'tls-abort': {
    summary: 'a ClientHello, then gone',
    packets: ['> ClientHello', '> FIN', '< ServerHello, certificate', '> RST'],
    request: 'none',
    waitsFor: 'nothing',
    tls: true,
    ends: 'FIN',
    pauses: 0,
  },
  'tls-rst': {
    summary: 'whole TLS handshake, reset',
    packets: [...HANDSHAKE, '> RST'],
    request: 'none',
    waitsFor: 'handshake',
    tls: true,
    ends: 'RST',
    pauses: 0,
  },
  ws: {
    ...SPECIAL,
    summary: 'a WebSocket: opened, a message with --data and its answer, closed',
    packets: ['> upgrade', '< 101', '> close', '< close', '< FIN', '> FIN'],
    waitsFor: 'close',
    ends: 'FIN',
  },
  'ws-rst': {
    ...SPECIAL,
    summary: 'a WebSocket: opened, reset',
    packets: ['> upgrade', '< 101', '> RST'],
    ends: 'RST',
  },
  sse: {
    ...SPECIAL,
    summary: 'server-sent events: a request, an event or a while (--wait), gone',
    packets: ['> request', '< head', '< event', '> FIN'],
    ends: 'FIN',
  },
  h2: {
    ...SPECIAL,
    summary: 'HTTP/2: streams opened and closed on one connection (--requests, 10)',
    packets: ['> preface, SETTINGS', '> 10 HEADERS', '< answers', '> GOAWAY', '> FIN', '< FIN'],
    ends: 'FIN',
  },
  'h2-rst': {
    ...SPECIAL,
    summary: 'HTTP/2: streams opened and reset at once (--requests, 10)',
    packets: ['> preface, SETTINGS', '> 10 HEADERS', '> 10 RST_STREAM', '> GOAWAY', '> FIN', '< FIN'],
    ends: 'FIN',
  },
};

/** Those of a thorough run. */
export const USUAL_CLIENTS: readonly ClientName[] = CLIENT_NAMES.filter(name => !FACTS[name].isSpecial);

/** What these clients take notice of. `isSecure`: whoever sends a whole request does so under TLS. */
export function usesOf(
  names: readonly ClientName[],
  isSecure: boolean,
): { readonly sends: boolean; readonly reads: boolean; readonly speaksTls: boolean } {
  const facts = names.map(name => FACTS[name]);
  return {
    sends: facts.some(({ request }) => request !== 'none'),
    reads: facts.some(({ request, waitsFor }) => waitsFor === 'answer' || request === 'may'),
    speaksTls: facts.some(({ tls, request }) => tls || (isSecure && request === 'whole')),
  };
}
