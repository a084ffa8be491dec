/** Counters of the whole network namespace, from the TcpExt lines of /proc/net/netstat. */
export interface ListenCounters {
  /** Times that an accept queue was full. */
  readonly listenOverflows: number;
  /** Handshakes dropped for that or another reason. */
  readonly listenDrops: number;
  /** Connections that were reset before accept() could have had them. */
  readonly embryonicResets: number;
  /** Handshakes that were not completed because TCP_DEFER_ACCEPT waits for the first byte. */
  readonly deferredDrops: number;
}

export function parseListenCounters(text: string): ListenCounters {
  const [names, values] = text
    .split('\n')
    .filter(line => line.startsWith('TcpExt:'))
    .map(line => line.split(' '));
  const value = (name: string) => Number(values?.[names?.indexOf(name) ?? -1] ?? 0);
  return {
    listenOverflows: value('ListenOverflows'),
    listenDrops: value('ListenDrops'),
    embryonicResets: value('EmbryonicRsts'),
    deferredDrops: value('TCPDeferAcceptDrop'),
  };
}
