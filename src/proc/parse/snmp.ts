/** Connections that the namespace has accepted since it began: PassiveOpens of the Tcp lines of /proc/net/snmp. */
export function parsePassiveOpens(text: string): number {
  const [names, values] = text
    .split('\n')
    .filter(line => line.startsWith('Tcp:'))
    .map(line => line.split(' '));
  return Number(values?.[names?.indexOf('PassiveOpens') ?? -1] ?? 0);
}
