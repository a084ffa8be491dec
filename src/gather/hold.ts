import { setTimeout as sleep } from 'node:timers/promises';
import { ChurnError } from '../errors.js';
import type { Load } from '../options/load.js';
import type { Options } from '../options/run.js';
import { ownFdLimit, readHostFacts } from '../proc/host.js';
import type { Snapshot } from '../sampler/snapshot.js';
import type { HeldClients, HeldState } from '../verdict/evidence.js';
import { HoldingClients } from '../workload/holding-clients.js';
import { sourcePorts } from '../workload/sources.js';
import type { Driver } from './driver.js';
import type { Observer } from './observer.js';

/** Silent clients that stay connected during the judged cycles, and probes that ask whether others are served. */
export class Hold {
  readonly #driver: Driver;
  readonly #observer: Observer;
  readonly #options: Options;
  readonly #clients = new HoldingClients();
  readonly #serviceMs: number[] = [];
  #facts: Omit<HeldClients, 'serviceMs' | 'ended'> | undefined;

  constructor(driver: Driver, observer: Observer, options: Options) {
    this.#driver = driver;
    this.#observer = observer;
    this.#options = options;
  }

  /**
   * Asks a probe, connects the clients, asks again. Resolves with what the server holds with them, or undefined where
   * nobody else is served: then they are let go at once.
   */
  async begin(idle: Snapshot): Promise<Snapshot | undefined> {
    const { hold, holdEnd } = this.#options;
    const alone = await this.#driver.probe();
    // Nobody is served anyway: the cycles will tell why, and that sooner.
    if (alone.ms !== undefined && !this.#driver.isOver) await this.#driver.connectHeld(this.#clients, hold);
    const stuck = this.#clients.tally.stopped === 'accept-stalled' || !(await this.#areAccepted());
    const held = this.#observer.rememberConnected();
    const opened = this.#clients.count;
    const accepted = Math.max(0, opened - (this.#observer.queueLength() ?? 0));
    const probe = stuck || opened === 0 ? undefined : await this.#driver.probe();
    const blocked = !this.#driver.isOver && opened > 0 && probe?.ms === undefined;
    this.#facts = {
      ...{ wanted: hold, opened, accepted, blocked, end: holdEnd },
      failures: this.#clients.tally.failures,
      servedBy: alone.by,
      aloneMs: alone.ms,
      waitedMs: blocked ? this.#driver.timeoutMs : 0,
      idle: stateOf(idle),
      holding: stateOf(held),
    };
    if (probe?.ms !== undefined) this.#serviceMs.push(probe.ms);
    if (blocked) await this.end();
    return blocked ? undefined : held;
  }

  /** Whether the last ones leave the accept queue too; until then the server does not hold what it will hold. */
  async #areAccepted(): Promise<boolean> {
    if (this.#clients.count === 0) return true;
    const startedAtMs = performance.now();
    while ((this.#observer.queueLength() ?? 0) > 0 && !this.#driver.isOver) {
      if (performance.now() - startedAtMs >= this.#driver.timeoutMs) return false;
      await sleep(STEP_MS);
    }
    return true;
  }

  /**
   * Beside the cycles, one probe after the other, and the seldomer the longer it goes. Where a probe is served when the
   * accept queue is empty, its time is an upper bound here: the others are in that queue too. Nothing is proved by one
   * that is not served now.
   */
  async askDuring(cycles: Promise<void>): Promise<void> {
    let isOver = false;
    const over = cycles.finally(() => {
      isOver = true;
    });
    while (this.#mayAsk && !isOver && !this.#driver.isShared) {
      const { ms } = await this.#driver.probe();
      if (ms !== undefined) this.#serviceMs.push(ms);
      const pauseMs = Math.max(MIN_PAUSE_MS, this.#serviceMs.length);
      await Promise.race([over, sleep(pauseMs, undefined, { ref: false })]);
    }
    await over;
  }

  /** Between two rounds, when the accept queue is the probe's own. */
  async ask(): Promise<void> {
    if (!this.#facts || !this.#mayAsk) return;
    const { ms } = await this.#driver.probe();
    if (ms !== undefined) this.#serviceMs.push(ms);
    else if (!this.#driver.isOver) {
      this.#facts = { ...this.#facts, blocked: true, waitedMs: this.#driver.timeoutMs };
    }
  }

  get #mayAsk(): boolean {
    return (
      this.#facts !== undefined && !this.#facts.blocked && this.#facts.opened > 0 && !this.#driver.isOver
    );
  }

  /** Lets them go. */
  end(): Promise<void> {
    return this.#clients.letGo(this.#options.holdEnd);
  }

  facts(): HeldClients | undefined {
    return this.#facts && { ...this.#facts, serviceMs: this.#serviceMs, ended: this.#clients.endedByServer };
  }
}

function stateOf({ processes }: Snapshot): HeldState {
  const sum = (of: (process: Snapshot['processes'][number]) => number) =>
    processes.reduce((total, process) => total + of(process), 0);
  return {
    fds: sum(({ fds }) => fds.length),
    fullestFds: Math.max(0, ...processes.map(({ fds }) => fds.length)),
    anonBytes: processes.some(({ anonBytes }) => anonBytes === undefined)
      ? undefined
      : sum(({ anonBytes }) => anonBytes ?? 0),
    threads: sum(({ threads }) => threads),
    processes: processes.length,
  };
}

const STEP_MS = 2;
const MIN_PAUSE_MS = 100;

/**
 * Whether this process and this machine can hold so many connections.
 * @throws ChurnError `own-limit` with what to type.
 */
export function requireRoom({
  hold,
  concurrency,
  sources,
}: Pick<Load, 'hold' | 'concurrency' | 'sources'>): void {
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
  const { ephemeralPorts } = readHostFacts();
  const perSource = countOf(sourcePorts(ephemeralPorts));
  const ports = sources.length > 0 ? sources.length * perSource : countOf(ephemeralPorts);
  if (hold + SPARE_PORTS > ports) {
    throw new ChurnError(
      'own-limit',
      `--hold ${hold} leaves no ports for the cycles: there are ${ports} of them${sources.length > 0 ? ' at these addresses' : ''}.`,
      `Hold fewer, or let connections come from enough addresses: --source ${range(Math.ceil((hold + SPARE_PORTS) / perSource))}`,
    );
  }
}

/** So many addresses of this machine. */
function range(count: number): string {
  return count === 1 ? '127.0.0.2' : `127.0.0.2-127.0.0.${1 + count}`;
}

function countOf([first, last]: readonly [number, number]): number {
  return last - first + 1;
}

/** Those of Node, and files under /proc. */
const OWN_FDS = 256;
/** Cycles need a port for a second each. */
const SPARE_PORTS = 4_000;
