import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

/** An environment of its own for one run of churn: whatever carries it was started by that run. */
export function brand(): {
  readonly env: Readonly<Record<string, string>>;
  readonly survivors: () => number[];
} {
  const value = randomBytes(8).toString('hex');
  return { env: { CHURN_TEST_BRAND: value }, survivors: () => carriersOf(`CHURN_TEST_BRAND=${value}`) };
}

/** Pids of living processes with this in their environment. */
function carriersOf(assignment: string): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .filter(pid => {
      try {
        const isZombie = /\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
        return !isZombie && readFileSync(`/proc/${pid}/environ`, 'latin1').includes(assignment);
      } catch {
        return false;
      }
    });
}

/** Pids of the children of a process. */
export function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .filter(pid => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
        return Number(stat.slice(stat.lastIndexOf(')') + 4).split(' ')[0]) === parent;
      } catch {
        return false;
      }
    });
}
