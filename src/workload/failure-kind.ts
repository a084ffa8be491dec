import { DEADLINE, EARLY_END, NO_ANSWER, UNEXPECTED } from './cycle.js';
import type { FailureKind } from './tally.js';

/** What an error code says about a cycle: an errno name, a code of OpenSSL by way of Node, or one of our own. */
export function failureKind(code: string): FailureKind {
  if (code.startsWith('ERR_SSL_') || code === 'EPROTO') return 'tls';
  return FAILURES[code] ?? (UNTRUSTED.test(code) ? 'untrusted' : 'other');
}

const FAILURES: Readonly<Record<string, FailureKind>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  ETIMEDOUT: 'timeout',
  EADDRNOTAVAIL: 'own-ports',
  EADDRINUSE: 'own-ports',
  EMFILE: 'own-fds',
  ENFILE: 'own-fds',
  [DEADLINE]: 'timeout',
  [NO_ANSWER]: 'unanswered',
  [EARLY_END]: 'unanswered',
  [UNEXPECTED]: 'unexpected',
};

/** What Node says of a certificate that it does not take: names of X509_V_ERR_*, and its own one about the name. */
const UNTRUSTED =
  /CERT|SIGNATURE|ISSUER|^CRL_|^INVALID_(CA|PURPOSE)$|^PATH_LENGTH_EXCEEDED$|^HOSTNAME_MISMATCH$/;
