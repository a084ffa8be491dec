import type { Evidence } from './evidence.js';
import { identity } from './held.js';

/** Connections that were made, have left the accept queue, and were not ended before they could come into it. */
export function acceptedConnections(evidence: Evidence): number {
  const { warmup, cycles, confirm, acceptQueue, unaccepted } = evidence;
  const connected = [warmup, cycles, confirm].reduce((sum, { completed }) => sum + completed, 0);
  return Math.max(0, connected - Math.max(acceptQueue, unaccepted.length) - neverHandedOver(evidence));
}

/**
 * Connections that the client's kernel had made and the server's had not: with TCP_DEFER_ACCEPT the last ACK of the
 * handshake is dropped until a byte comes, at a full queue it is dropped too, and then a reset ends what was never
 * more than half a connection. Counters of the whole network namespace (TcpExt EmbryonicRsts, and TCPDeferAcceptDrop
 * or ListenOverflows), so the smaller one counts, and a server that was woken all the while was not deferred.
 */
export function neverHandedOver(evidence: Evidence): number {
  const { embryonicResets, deferredDrops, listenOverflows } = evidence;
  return Math.min(embryonicResets, listenOverflows + (wasWoken(evidence) ? 0 : deferredDrops));
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
