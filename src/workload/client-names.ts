/** Names of the client behaviours, apart from their code so that the options can be checked without any I/O. */
export const CLIENT_NAMES = ['fin', 'rst', 'byte'] as const;

export type ClientName = (typeof CLIENT_NAMES)[number];
