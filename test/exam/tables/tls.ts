import type { Case, Group, Row } from '../case.js';

const SERVERS = ['node/tls', 'python/tls_server'] as const;
const INSECURE = ['--insecure'];
const HURRY = ['--settle', '1500ms'];

/** With which client each fault of the server of TLS shows; with all others it is clean. */
const SHOWS = { 'no-close-abort': 'tls-abort', 'no-close-unclean': 'tls-rst' } as const;
const HANDSHAKES = ['tls', 'tls-rst'] as const;

/** How the memory of a whole handshake levels off takes half a minute: the short form asks for the fault that shows without. */
const GUILTY_IN_SHORT: readonly string[] = ['tls-abort'];

const clean: readonly Row[] = [
  ...HANDSHAKES.map((client): Row => ({ client, churn: INSECURE, verdict: 'pass' })),
  ...(['tls-abort', 'fin', 'rst', 'byte', 'partial'] as const).map(
    (client): Row => ({ client, verdict: 'pass' }),
  ),
];

/** Servers that speak TLS, and forget connections in the ways that only TLS has. */
export const tls: Group = {
  name: 'tls',
  cases: SERVERS.flatMap(server => rows().map((row): Case => ({ ...row, server }))),
};

function rows(): Row[] {
  return [
    ...clean.map(row => ({ ...row, long: true })),
    ...Object.entries(SHOWS).flatMap(([fault, guilty]) =>
      clean.map(({ client, churn }): Row => {
        const long = client !== guilty || !GUILTY_IN_SHORT.includes(client);
        const row: Row = { fault, client, long, ...(churn ? { churn } : {}), verdict: 'pass' };
        return client === guilty ? { ...row, hurry: HURRY, verdict: 'fail', kinds: ['fd'] } : row;
      }),
    ),
  ];
}
