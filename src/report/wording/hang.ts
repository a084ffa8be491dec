import { formatCount, formatDuration, plural } from '../../units.js';
import type { HangFinding } from '../../verdict/finding.js';
import { EXPLANATIONS } from './explain/table.js';

export function hangTitle(finding: HangFinding): string {
  const { accepted, connected, atFdLimit, silentClients, openFilesLimit } = finding;
  if (openFilesLimit !== undefined)
    return `the server does not serve again after ${atFdLimit ? `its limit of ${formatCount(openFilesLimit)} descriptors` : plural(connected, 'silent client')}`;
  if (silentClients === 1) return 'one silent client blocks all others';
  if (silentClients) return `${formatCount(silentClients)} silent clients block all others`;
  const why = atFdLimit ? ' at its fd limit' : '';
  return accepted === 0
    ? `the server accepts nothing${why}: accepted 0 of ${formatCount(connected)}`
    : `the server stopped accepting${why}: accepted ${formatCount(accepted)} of ${formatCount(connected)}`;
}

export function hangCause({ accepted, atFdLimit, silentClients, openFilesLimit }: HangFinding): string {
  if (openFilesLimit !== undefined) return AFTER_LIMIT.cause;
  if (silentClients && atFdLimit) return 'they have every descriptor that the server may open';
  if (silentClients) return 'the server waits for clients that say nothing, and serves nobody else meanwhile';
  if (atFdLimit) return 'accept() answers EMFILE, so connections pile up in the accept queue';
  return accepted === 0 ? 'the process listens, but it does not call accept()' : EXPLANATIONS.hang.cause;
}

/** undefined: that of the kind. */
export function hangAdvice({ atFdLimit, silentClients, openFilesLimit }: HangFinding): string | undefined {
  if (openFilesLimit !== undefined) return AFTER_LIMIT.advice;
  if (silentClients && atFdLimit)
    return 'look at: its limit (ulimit -n), and a timeout for clients that say nothing';
  if (silentClients) {
    return 'look at: a read() without a timeout in the accept loop, or a pool in which each client takes a worker; give clients a timeout, or wait for all of them with poll()';
  }
  return atFdLimit
    ? 'look at: who holds the descriptors (above); accepting goes on when some are closed'
    : undefined;
}

export function hangEvidence({
  count,
  connected,
  stalledMs,
  silentClients,
  openFilesLimit,
}: HangFinding): string[] {
  if (openFilesLimit !== undefined) {
    return [
      `${plural(connected, 'silent client')} had gone; the next one was not served within ${formatDuration(stalledMs)}`,
    ];
  }
  if (silentClients) {
    return [
      `${plural(silentClients, 'client is', 'clients are')} connected and ${silentClients === 1 ? 'says' : 'say'} nothing; the next one was not served within ${formatDuration(stalledMs)}`,
    ];
  }
  return [
    `${plural(count, 'connection waits', 'connections wait')} in the accept queue, which did not move for ${formatDuration(stalledMs)}; the kernel made the handshakes, the server never took them`,
  ];
}

const AFTER_LIMIT = {
  cause: 'accept() failed with EMFILE, and the server took that for the end of accepting',
  advice:
    'look at: what the accept loop does on EMFILE; it must go on, and watch the listening socket again when something was closed',
};
