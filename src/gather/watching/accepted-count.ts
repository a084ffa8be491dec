import { EndedSockets } from '../../proc/ended-sockets.js';
import { readPassiveOpens, readTcpRows } from '../../proc/sockets.js';
import type { Snapshot } from '../../sampler/snapshot.js';
import { nsenterPrefix } from '../../target/elsewhere.js';
import type { Target } from '../../target/target.js';
import type { WatchFacts } from '../../verdict/watched-load.js';
import type { Observation } from '../observer.js';

export type Accepted = Pick<WatchFacts, 'accepted' | 'acceptedBy'>;

/**
 * How many connections of others the server has accepted since the beginning: those that have ended since, and those
 * that it holds. The owner calls close().
 */
export class AcceptedCount {
  readonly #target: Pick<Target, 'endpoint' | 'network'>;
  readonly #ended: EndedSockets | undefined;
  readonly #ofMachineBefore: number;
  /** Sockets that the server had before, and those that came and were seen, by inode. */
  readonly #connectedBefore: ReadonlySet<number>;
  readonly #seen = new Set<number>();
  #open = 0;
  #first: Accepted = { accepted: 0, acceptedBy: 'server' };
  #inAll = 0;

  static async open(target: Target, before: Snapshot): Promise<AcceptedCount> {
    return new AcceptedCount(target, await endedSocketsOf(target), connectionsOf(target, before));
  }

  private constructor(
    target: Pick<Target, 'endpoint' | 'network'>,
    ended: EndedSockets | undefined,
    connectedBefore: ReadonlySet<number>,
  ) {
    this.#target = target;
    this.#ended = ended;
    this.#connectedBefore = connectedBefore;
    this.#ofMachineBefore = readPassiveOpens(target.network);
  }

  /** What was seen of it, and whose connections these are. */
  get told(): Accepted {
    if (this.#ended) {
      const accepted = Math.max(0, this.#ended.count + this.#open);
      return { accepted, acceptedBy: this.#ended.isWhole ? 'server' : 'server-at-least' };
    }
    // The kernel counts no connections to Unix sockets; and those of neighbours are no proof that anybody came here.
    if (this.#target.endpoint.transport === 'unix' || this.#seen.size === 0) {
      return { accepted: this.#seen.size, acceptedBy: 'server-at-least' };
    }
    return {
      accepted: readPassiveOpens(this.#target.network) - this.#ofMachineBefore,
      acceptedBy: 'machine',
    };
  }

  note({ held, snapshot }: Observation): void {
    const mine = held.filter(({ role }) =>
      this.#target.endpoint.transport === 'unix' ? role === 'other-socket' : ROLES[role],
    );
    for (const { inode } of mine) this.#seen.add(inode);
    const inodes = inodesOf(snapshot);
    const gone = [...this.#connectedBefore].filter(inode => !inodes.has(inode));
    this.#open = mine.length - gone.length;
  }

  /** Of the first load; where others make it, of the watching. */
  get first(): Accepted {
    return this.#first;
  }

  /** In all loads. Where they are not known to be this server's alone, each is taken for as many as the first. */
  get inAll(): number {
    return this.#inAll;
  }

  /** A load is over, and the server may still be closing. */
  async endLoad(): Promise<void> {
    await this.#ended?.settle();
    if (this.#inAll === 0) this.#first = this.told;
  }

  /** The server is at rest after so many loads: what it closed has ended, what it holds was seen. */
  async rest(observation: Observation, loads: number): Promise<void> {
    this.note(observation);
    await this.#ended?.settle();
    const { accepted, acceptedBy } = this.told;
    // Neighbours go on meanwhile.
    if (loads === 1 && acceptedBy !== 'machine') this.#first = { accepted, acceptedBy };
    else this.#first = { ...this.#first, acceptedBy };
    this.#inAll = acceptedBy === 'server' ? accepted : this.#first.accepted * loads;
  }

  async close(): Promise<void> {
    await this.#ended?.close();
  }
}

function connectionsOf({ endpoint, network }: Target, before: Snapshot): Set<number> {
  if (endpoint.transport !== 'tcp') return new Set();
  const mine = inodesOf(before);
  const rows = readTcpRows(network, ['tcp', 'tcp6'], endpoint.port);
  const connected = rows.filter(row => row.localPort === endpoint.port && row.state !== 'LISTEN');
  return new Set(connected.map(({ inode }) => inode).filter(inode => mine.has(inode)));
}

function inodesOf({ processes }: Snapshot): Set<number> {
  return new Set(processes.flatMap(({ fds }) => fds.map(({ inode }) => inode)));
}

async function endedSocketsOf({ endpoint, network, listeners }: Target): Promise<EndedSockets | undefined> {
  if (endpoint.transport !== 'tcp') return undefined;
  const addresses = listeners.flatMap(listener => (listener.transport === 'tcp' ? [listener.address] : []));
  if (network === 'self') return EndedSockets.open(network, endpoint.port, addresses);
  const into = await nsenterPrefix(network).catch(() => undefined);
  return into && EndedSockets.open(network, endpoint.port, addresses, into);
}

/** Those that may be a connection to the server. */
const ROLES = {
  connection: true,
  'dead-socket': true,
  'other-client': true,
  upstream: false,
  'other-socket': false,
} as const satisfies Record<Observation['held'][number]['role'], boolean>;
