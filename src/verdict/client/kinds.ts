/** Every kind of finding about a client, in the order in which reports list them. */
export const CLIENT_KINDS = ['fd', 'close-wait', 'unclosed', 'idle', 'reuse'] as const;

export type ClientKind = (typeof CLIENT_KINDS)[number];
