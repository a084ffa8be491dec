import { type ClientName, USUAL_CLIENTS } from '../../../src/workload/client-names.js';
import type { Case } from '../case.js';

/** Clients that a server without TLS can be judged by; a ClientHello is just some bytes to it. */
export const PLAIN_CLIENTS: readonly ClientName[] = USUAL_CLIENTS.filter(
  name => name !== 'tls' && name !== 'tls-rst',
);

/** Asked in the short form about every server, and about one of them: each way to end, without its variants. */
const SHORT: readonly ClientName[] = ['fin'];
const FULLY_IN_SHORT: readonly ClientName[] = ['fin', 'rst', 'half', 'byte', 'reply', 'idle'];
/** They take their time, so they take it side by side. */
export const SLOW: readonly ClientName[] = ['idle', 'drip'];

/** A server as it is, with every client; `fully` asks about several of them in the short form too. */
export function cleanWith(server: string, fully: boolean): Case[] {
  return PLAIN_CLIENTS.map((client): Case => {
    const long = (fully ? FULLY_IN_SHORT : SHORT).includes(client) ? {} : { long: true };
    return {
      server,
      client,
      ...(SLOW.includes(client) ? { churn: ['-c', '16'] } : {}),
      ...long,
      verdict: 'pass',
    };
  });
}
