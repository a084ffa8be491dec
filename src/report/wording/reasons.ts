import type { Inapplicable, Untried } from '../../verdict/rows.js';

/** Why a client behaviour has no verdict. Total. */
export const REASONS: Readonly<Record<Inapplicable | Untried, string>> = {
  unanswered: 'not applicable: the server does not answer the request (name one with --send or --protocol)',
  'no-tls': 'not applicable: no TLS handshake succeeded',
  untrusted:
    'not applicable: the certificate is not trusted (name one with --ca, or trust any with --insecure)',
  'not-handed-over':
    'not applicable: such connections end before the server can accept them (TCP_DEFER_ACCEPT)',
  'server-gone': 'not run: the server is gone',
  'server-hangs': 'not run: the server hangs',
  interrupted: 'not run: interrupted',
  'time-is-up': 'not run: the time was up (--budget)',
  'few-descriptors': 'not run: the server has hardly any descriptors left',
  'own-limit': 'not run: this machine has run out of local ports or descriptors of its own',
};
