/**
 * The proof, of what was made: "N cycles, 0 leaks" stands here and nowhere else, and only for a finished run that is
 * clean by the default rules. A number of leaks is always written behind a colon: "10 leaks" would contain the proof.
 */
export function proofOf(made: string): string {
  return `PASS  ${made}, 0 leaks`;
}

/** What clients have asked of a server of ours; the line of the verdict has no grouping of digits. */
export function madeByClients(
  clients: ReadonlyArray<{ readonly requests: number; readonly connections: number }>,
): string {
  const sum = (name: 'requests' | 'connections') => clients.reduce((all, client) => all + client[name], 0);
  return `${counted(sum('requests'), 'request')}, ${counted(sum('connections'), 'connection')}`;
}

function counted(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}
