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
    case 'some':
      return `on some cycles, the first ${pattern.first}, the last ${pattern.last}`;
  }
}

export function ordinal(number: number): string {
  const teens = number % 100 >= 11 && number % 100 <= 13;
  const ending = teens ? 'th' : (['th', 'st', 'nd', 'rd'][number % 10] ?? 'th');
  return `${number}${ending}`;
}
