import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { ServeOptions } from '../options/serve.js';
import { readSmapsRollup } from '../proc/memory.js';
import { ownPid, programName, readStat } from '../proc/process.js';
import type { Series } from '../sampler/series.js';
import type { Companion } from '../started/companion.js';
import { identity } from '../verdict/processes.js';
import type { Account } from './account.js';
import type { ConnectionLog } from './connection-log.js';
import type { Followers, ServePoint } from './followers.js';

/** What is told while it goes on. */
export interface ServeProgress {
  readonly elapsedMs: number;
  readonly requests: number;
  readonly open: number;
  readonly busy: number;
  readonly idle: number;
  readonly closeWait: number;
}

interface Following {
  readonly options: ServeOptions;
  readonly context: {
    readonly signal: AbortSignal;
    readonly onProgress: (progress: ServeProgress) => void;
  };
  readonly book: Pick<ConnectionLog, 'events' | 'visits'>;
  readonly followers: Pick<Followers, 'look'>;
  readonly series: Series<ServePoint>;
  readonly own: OwnMemory;
  readonly client: Pick<Companion, 'ended'> | undefined;
  readonly startedAtMs: number;
  /** Connections of which it is not known yet whose they are. */
  readonly asking: () => number;
  /** Called when it is known for the first time what the client holds: until then nobody is answered. */
  readonly onFirstLook: () => void;
}

/** Looks often at first and seldom later; most of a look is the work of another thread. */
export async function follow({
  options,
  context,
  book,
  followers,
  series,
  own,
  client,
  startedAtMs,
  asking,
  onFirstLook,
}: Following): Promise<void> {
  let isOver = false;
  const over = new AbortController();
  const end = () => {
    isOver = true;
    over.abort();
  };
  // Whoever has ended says no more; one that is cut off may go on for ever, and has a moment. Where the tables are long a
  // look takes seconds: what was not looked at since is left to the judge, who knows that it was not.
  const patience = new AbortController();
  const outOfPatience = new Promise<undefined>(resolve =>
    patience.signal.addEventListener('abort', () => resolve(undefined), { once: true }),
  );
  let leaving: NodeJS.Timeout | undefined;
  const cutOff = () => {
    end();
    leaving ??= setTimeout(() => patience.abort(), CUT_OFF_MS);
  };
  const limit = options.durationMs === undefined ? undefined : setTimeout(cutOff, options.durationMs);
  context.signal.addEventListener('abort', cutOff, { once: true });
  void client?.ended.then(() => {
    clearTimeout(limit);
    end();
  });
  if (context.signal.aborted) cutOff();
  try {
    while (!patience.signal.aborted) {
      // Whatever has come while it slept, or looked, is heard first.
      await nextTurn();
      await nextTurn();
      const isLast = isOver;
      if (isLast && asking() > 0) await lastWords(book, asking, patience.signal);
      const lookedAtMs = performance.now();
      const look = followers.look(lookedAtMs - startedAtMs, options.limits.patienceMs);
      onFirstLook();
      const looked = await Promise.race([look, outOfPatience]);
      if (!looked) break;
      const { point, gone } = looked;
      if (point.atMs - (series.points().at(-1)?.atMs ?? -Infinity) >= series.step || isLast)
        series.add(point);
      own.look(book.visits.size);
      context.onProgress({ elapsedMs: point.atMs, ...point });
      if (isLast || (gone && client === undefined)) break;
      const costMs = performance.now() - lookedAtMs;
      const pauseMs = Math.max(
        Math.min(SELDOM_MS, OFTEN_MS + point.atMs / 20),
        (point.atMs < FIRST_MS ? 0.3 : 3) * costMs,
      );
      await sleep(pauseMs, undefined, { signal: over.signal }).catch(() => undefined);
    }
    await lastWords(book, asking, patience.signal);
  } finally {
    clearTimeout(limit);
    clearTimeout(leaving);
    context.signal.removeEventListener('abort', cutOff);
  }
}

/** What a client has said before it ended may still wait in our own loop, or in the accept queue. */
async function lastWords(
  book: Pick<ConnectionLog, 'events'>,
  asking: () => number,
  patience: AbortSignal,
): Promise<void> {
  for (let turn = 0, before = -1; turn < MAX_TURNS && !patience.aborted; turn++) {
    if (book.events === before && asking() === 0) return;
    before = book.events;
    await sleep(LAST_WORDS_MS);
    await nextTurn();
    await nextTurn();
  }
}

const OFTEN_MS = 20;
const SELDOM_MS = 250;
/** Short clients have to be seen too. */
const FIRST_MS = 3_000;
const LAST_WORDS_MS = 30;
const MAX_TURNS = 200;
/** An interruption has to be over before `docker stop` or a person loses patience. */
const CUT_OFF_MS = 500;

/**
 * The one client that is followed, and whoever else comes: a health check, a browser. What cannot be told is the
 * client's: connections from other machines or networks, and those of which there are too many to look at each.
 */
export class Followed {
  /** Connections of others, by program. */
  readonly strangers = new Map<string, number>();
  readonly #book: ConnectionLog;
  readonly #client: Account;
  readonly #isOurs: (pid: number) => Promise<boolean>;
  /** By pid and start: whoever was looked at stays what it is. */
  readonly #known = new Map<string, boolean>();

  /** `isOurs`: whether a process is the client, or came of it. */
  constructor(book: ConnectionLog, client: Account, isOurs: (pid: number) => Promise<boolean>) {
    this.#book = book;
    this.#client = client;
    this.#isOurs = isOurs;
  }

  async accountOf(pid: number | undefined): Promise<Account> {
    const stat = pid === undefined ? undefined : readStat(pid);
    if (pid === undefined || !stat) return this.#client;
    const key = identity(stat);
    const isOurs = this.#known.get(key) ?? (await this.#isOurs(pid));
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(key, isOurs);
    if (isOurs) {
      this.#client.pids.add(pid);
      return this.#client;
    }
    const name = `pid ${pid} (${programName(pid)})`;
    const who = this.strangers.has(name) || this.strangers.size < MAX_NAMED ? name : 'and more';
    this.strangers.set(who, (this.strangers.get(who) ?? 0) + 1);
    return this.#book.others;
  }
}

const MAX_KNOWN = 10_000;
const MAX_NAMED = 10;

/** Private memory of this very server, before anybody came and when there was most to hold. */
export class OwnMemory {
  readonly beforeBytes = read();
  peakBytes = this.beforeBytes;
  /** At the look when most connections were open. */
  atMostOpenBytes = this.beforeBytes;
  #mostOpen = 0;
  #looks = 0;

  /** Reading takes milliseconds where there is much memory: at new heights, and now and then. */
  look(open: number): void {
    const isHeight = open > 1.1 * this.#mostOpen;
    if (!isHeight && this.#looks++ % 8 !== 0) return;
    const bytes = read();
    this.peakBytes = Math.max(this.peakBytes, bytes);
    if (open < this.#mostOpen) return;
    this.#mostOpen = open;
    this.atMostOpenBytes = bytes;
  }

  /** undefined where too few were open at a time to tell. */
  perConnectionBytes(): number | undefined {
    if (this.#mostOpen < ENOUGH) return undefined;
    return Math.max(0, Math.round((this.atMostOpenBytes - this.beforeBytes) / this.#mostOpen));
  }
}

function read(): number {
  return readSmapsRollup(ownPid()) ?? 0;
}

const ENOUGH = 1_000;
