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
] as const;

export type ClientName = (typeof CLIENT_NAMES)[number];
