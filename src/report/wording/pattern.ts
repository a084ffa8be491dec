import { formatCount } from '../../units.js';
import type { Pattern } from '../../verdict/pattern.js';

/** "one on every cycle", "one on every 100th cycle", "only on cycle 512". */
export function describePattern(pattern: Pattern): string {
  switch (pattern.kind) {
    case 'every':
      return 'one on every cycle';
    case 'every-nth':
      return `one on every ${ordinal(pattern.step)} cycle`;
    case 'from':
      return `one on every cycle from ${formatCount(pattern.first)} on`;
    case 'only':
      return pattern.cycles.length === 1
        ? `only on cycle ${pattern.cycles[0]}`
        : `only on cycles ${pattern.cycles.join(', ')}`;
    case 'with':
      return withClients(pattern.clients);
    case 'some':
      return `on some cycles, the first ${pattern.first}, the last ${pattern.last}`;
  }
}

/** "all of them from cycles with rst, one on each". */
function withClients(clients: Extract<Pattern, { kind: 'with' }>['clients']): string {
  const names = clients.map(({ client }) => client);
  const last = names.pop() ?? '';
  const all = names.length > 0 ? `${names.join(', ')} or ${last}` : last;
  const shares = clients.map(({ count, of }) => `${formatCount(count)} of ${formatCount(of)}`);
  const each = clients.every(({ count, of }) => count === of);
  return `all of them from cycles with ${all}, ${each ? 'one on each' : `on ${shares.join(' and ')}`}`;
}

export function ordinal(number: number): string {
  const teens = number % 100 >= 11 && number % 100 <= 13;
  const ending = teens ? 'th' : (['th', 'st', 'nd', 'rd'][number % 10] ?? 'th');
  return `${number}${ending}`;
}
