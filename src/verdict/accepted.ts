import type { Evidence } from './evidence.js';
import { identity } from './processes.js';

/** Connections that were made, have left the accept queue, and were not ended before they could come into it. */
export function acceptedConnections(evidence: Evidence): number {
  const { warmup, cycles, confirm, acceptQueue, unaccepted } = evidence;
  const connected = [warmup, cycles, confirm].reduce((sum, { completed }) => sum + completed, 0);
  return Math.max(0, connected - Math.max(acceptQueue, unaccepted.length) - neverHandedOver(evidence));
}

/**
 * Connections that the client's kernel had made and the server's had not: with TCP_DEFER_ACCEPT the last ACK of the
 * handshake is dropped until a byte comes, at a full queue it is dropped too, and then a reset ends what was never
 * more than half a connection. A FIN or a byte hands it over: of our clients `rst` alone comes before either. Counters
 * of the whole network namespace (TcpExt EmbryonicRsts, and TCPDeferAcceptDrop or ListenOverflows), so the smaller one
 * counts, and a server that was woken all the while was not deferred. Where the listener's own drops are known, each such
 * connection is two of them: the ACK and the reset.
 */
export function neverHandedOver(evidence: Evidence): number {
  if (!evidence.own) return 0;
  const { clients, embryonicResets, deferredDrops, ownDrops = Infinity } = evidence.own;
  const isDeferred = clients.includes('rst') && !wasWoken(evidence);
  const reasons = evidence.listenOverflows + (isDeferred ? deferredDrops : 0);
  return Math.min(embryonicResets, reasons, Math.floor(ownDrops / 2));
}

/** Times that the server's own queue was full, as far as they can be told from those of others. */
export function ownOverflows({ listenOverflows, own }: Evidence): number {
  return Math.min(listenOverflows, own?.ownDrops ?? Infinity);
}

/** At least once for ten connections, which may come in a bunch. Only main threads are counted: no is no answer. */
function wasWoken({ before, after, judgedConnections }: Evidence): boolean {
  const known = new Map(before.processes.map(process => [identity(process), process.sleeps]));
  const times = after.processes.reduce(
    (sum, process) => sum + process.sleeps - (known.get(identity(process)) ?? process.sleeps),
    0,
  );
  return times >= judgedConnections / 10;
}

/** So few of the connections reached the server that its silence proves nothing. */
export function isHardlyServed(evidence: Evidence): boolean {
  return neverHandedOver(evidence) > evidence.connections / 100;
}
