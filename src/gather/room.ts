import { ChurnError } from '../errors.js';
import type { Load } from '../options/load.js';
import { ownFdLimit, readHostFacts } from '../proc/host.js';

/**
 * Whether this process and this machine can hold so many connections.
 * @throws ChurnError `own-limit` with what to type.
 */
export function requireRoom({ hold, concurrency }: Pick<Load, 'hold' | 'concurrency'>): void {
  if (hold === 0) return;
  const needed = hold + concurrency + OWN_FDS;
  const most = ownFdLimit();
  if (most !== undefined && needed > most) {
    throw new ChurnError(
      'own-limit',
      `--hold ${hold} needs ${needed} file descriptors, and churn may have ${most}.`,
      `Type: ulimit -n ${needed}. Where that is refused, root may raise the limit: sudo prlimit --pid $$ --nofile=${needed}:${needed}`,
    );
  }
  const [first, last] = readHostFacts().ephemeralPorts;
  const ports = last - first + 1;
  if (hold + SPARE_PORTS > ports) {
    throw new ChurnError(
      'own-limit',
      `--hold ${hold} leaves no ports for the cycles: this machine has ${ports} of them.`,
      `Hold fewer, or type: sudo sysctl net.ipv4.ip_local_port_range="10000 65000"`,
    );
  }
}

/** Those of Node, and files under /proc. */
const OWN_FDS = 256;
/** Cycles need a port for a second each. */
const SPARE_PORTS = 4_000;
