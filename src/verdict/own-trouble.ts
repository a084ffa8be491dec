import { ChurnError } from '../errors.js';
import { ownLimitError } from '../own-limits.js';
import type { Tally } from '../workload/tally.js';
import type { Evidence } from './evidence.js';

/**
 * The tester's own troubles are never the server's fault: when this machine or this process ran out of something,
 * there is no verdict. Asked only when nothing was found: forgotten sockets that hold all our ports are a leak.
 */
export function ownTrouble({ warmup, cycles, confirm, departed, own }: Evidence): ChurnError | undefined {
  const tallies = [warmup, cycles, confirm];
  const made = tallies.reduce((sum, { completed }) => sum + completed, 0);
  const ranOutOf = (what: 'own-ports' | 'own-fds') =>
    tallies.some(({ stopped }) => stopped === what) || (own?.hold?.failures[what] ?? 0) > 0;
  if (ranOutOf('own-ports')) {
    return new ChurnError(
      'own-limit',
      `This machine has no free local ports left after ${made} connections.`,
      'Wait a minute for TIME_WAIT to end, or widen net.ipv4.ip_local_port_range, or make fewer --cycles.',
    );
  }
  if (ranOutOf('own-fds')) {
    const { lastFailure } = tallies.find(({ stopped }) => stopped === 'own-fds') ?? {};
    return ownLimitError({ code: lastFailure?.code || 'EMFILE' });
  }
  if (tallies.some(({ stopped }) => stopped === 'own-worker')) {
    return new ChurnError(
      'own-error',
      `A thread of churn ended in the middle of its cycles, after ${made} connections.`,
      'Run it again with fewer --workers; if it happens again, please report it.',
    );
  }
  const tlsCode = tallies.find(({ stopped }) => stopped === 'untrusted' || stopped === 'no-tls');
  if (tlsCode && departed.length === 0) return tlsTrouble(tlsCode);
  if (tallies.some(({ stopped }) => stopped === 'no-http2') && departed.length === 0) {
    return new ChurnError(
      'no-http2',
      'The server does not speak HTTP/2.',
      'For HTTP/1.1 leave out --client. Over TLS it has to be asked for by https://, without TLS by http://.',
    );
  }
  if (made === 0 && departed.length === 0 && !tallies.some(({ failed, stopped }) => failed > 0 || stopped)) {
    return new ChurnError('interrupted-early', 'No cycle was made.', 'Run it again.');
  }
  return undefined;
}

/** The certificate and the port are the user's choice: without a handshake nothing was tested. */
function tlsTrouble({ stopped, lastFailure }: Tally): ChurnError {
  const code = lastFailure?.code || 'no reason given';
  return stopped === 'untrusted'
    ? new ChurnError(
        'untrusted',
        `The server's certificate is not trusted (${code}).`,
        'Name one to trust with --ca FILE, the name in it with --sni NAME, or trust any with --insecure.',
      )
    : new ChurnError(
        'no-tls',
        `No TLS handshake with the server succeeded (${code}).`,
        code.endsWith('NO_APPLICATION_PROTOCOL')
          ? 'It takes none of the protocols that it was offered. If it speaks HTTP/2 alone: --client h2'
          : 'Does it speak TLS on this port? If it asks for a server name: --sni NAME.',
      );
}
