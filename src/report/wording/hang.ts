import { formatCount, formatDuration, plural } from '../../units.js';
import type { HangFinding } from '../../verdict/finding.js';
import { EXPLANATIONS } from './explain/table.js';

export function hangTitle({ accepted, connected, atFdLimit, silentClients }: HangFinding): string {
  if (silentClients === 1) return 'one silent client blocks all others';
  if (silentClients) return `${formatCount(silentClients)} silent clients block all others`;
  const why = atFdLimit ? ' at its fd limit' : '';
  return accepted === 0
    ? `the server accepts nothing${why}: accepted 0 of ${formatCount(connected)}`
    : `the server stopped accepting${why}: accepted ${formatCount(accepted)} of ${formatCount(connected)}`;
}

export function hangCause({ accepted, atFdLimit, silentClients }: HangFinding): string {
  if (silentClients && atFdLimit) return 'they have every descriptor that the server may open';
  if (silentClients) return 'the server waits for clients that say nothing, and serves nobody else meanwhile';
  if (atFdLimit) return 'accept() answers EMFILE, so connections pile up in the accept queue';
  return accepted === 0 ? 'the process listens, but it does not call accept()' : EXPLANATIONS.hang.cause;
}

/** undefined: that of the kind. */
export function hangAdvice({ atFdLimit, silentClients }: HangFinding): string | undefined {
  if (silentClients && atFdLimit)
    return 'look at: its limit (ulimit -n), and a timeout for clients that say nothing';
  if (silentClients) {
    return 'look at: a read() without a timeout in the accept loop, or a pool in which each client takes a worker; give clients a timeout, or wait for all of them with poll()';
  }
  return atFdLimit
    ? 'look at: who holds the descriptors (above); accepting goes on when some are closed'
    : undefined;
}

export function hangEvidence({ count, stalledMs, silentClients }: HangFinding): string[] {
  if (silentClients) {
    return [
      `${plural(silentClients, 'client is', 'clients are')} connected and ${silentClients === 1 ? 'says' : 'say'} nothing; the next one was not served within ${formatDuration(stalledMs)}`,
    ];
  }
  return [
    `${plural(count, 'connection waits', 'connections wait')} in the accept queue, which did not move for ${formatDuration(stalledMs)}; the kernel made the handshakes, the server never took them`,
  ];
}
