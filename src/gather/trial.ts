import type { Options } from '../options/run.js';
import { readListenerDrops } from '../proc/listener-drops.js';
import type { ListenCounters } from '../proc/parse/netstat.js';
import { readListenCounters } from '../proc/sockets.js';
import type { Due } from '../sampler/sleep.js';
import { type Snapshot, withRss } from '../sampler/snapshot.js';
import type { Target } from '../target/target.js';
import { CENSUS_KEYS } from '../verdict/census.js';
import { asksForCounts, type ConfirmingRound, type NextRound } from '../verdict/confirmation.js';
import type { Census, CensusKey, Evidence, PerClientGrowth } from '../verdict/evidence.js';
import { closedLate, type LateRest, lateRest, restsLate } from '../verdict/late.js';
import { hasHeap } from '../verdict/memory-profiles.js';
import { Ledger } from '../workload/ledger.js';
import type { Latency } from '../workload/stopwatch.js';
import { Budget } from './budget.js';
import { collectEvidence } from './collect.js';
import { type Witnessed, witness } from './confirming.js';
import { Driver } from './driver.js';
import { Hold } from './hold.js';
import { JudgedRounds } from './judged-rounds.js';
import { type Observation, Observer } from './observer.js';
import {
  atRest,
  type LastRest,
  type Rest,
  restAfterRound,
  restAtLast,
  restToCount,
  setsNoTimers,
} from './rest.js';
import { type Progress, type RunHooks, Timeline } from './timeline.js';

/** One server under test, from the first look to the evidence. Owns timers and files: the owner calls close(). */
export class Trial {
  readonly timeline: Timeline;
  readonly #target: Target;
  readonly #options: Options;
  readonly #hooks: RunHooks;
  readonly #observer: Observer;
  readonly #driver: Driver;
  readonly #judged: JudgedRounds;
  readonly #countersBefore: ListenCounters;
  #beforeWithRss: Promise<Snapshot>;
  #baseline: Observation;
  #usual: Snapshot;
  readonly #hold: Hold;
  #rest: LastRest;
  /** The last look of all: the same, unless there were confirming rounds. */
  #latest: Rest;
  #apart: readonly PerClientGrowth[] = [];
  readonly #confirming: ConfirmingRound[] = [];
  #budgetSpent = false;
  /** More cycles were asked for than may be made. */
  #isCapped = false;
  /** It was seen to hold connections, and to wait for nothing but somebody. */
  #setsNoTimers = false;
  /** What is waited for while the server settles. */
  #due: Due | undefined;
  #witnessed: Witnessed = {};

  static async open(target: Target, options: Options, seed: number, hooks: RunHooks): Promise<Trial> {
    const ledger = new Ledger();
    const observer = await Observer.open(target, ledger);
    const driver = await Driver.open(target, options, seed, ledger, observer, hooks);
    return new Trial(target, options, hooks, observer, driver);
  }

  private constructor(target: Target, options: Options, hooks: RunHooks, observer: Observer, driver: Driver) {
    this.#target = target;
    this.#options = options;
    this.#hooks = hooks;
    this.#countersBefore = readListenCounters(target.network);
    this.#observer = observer;
    this.#driver = driver;
    this.#beforeWithRss = Promise.resolve(observer.before);
    this.#baseline = observer.look(false, observer.before);
    this.#usual = this.#baseline.snapshot;
    this.#judged = new JudgedRounds(driver, observer, target, hooks.afterRound);
    this.#hold = new Hold(driver, observer, options);
    this.#rest = atRest(this.#baseline);
    this.#latest = this.#rest;
    const told = () => ({ suspects: this.#confirming.at(-1)?.suspects ?? [], due: this.#due });
    this.timeline = timelineOf(target, options, driver, observer, told, hooks.onProgress);
  }

  close(): void {
    void this.#hold.end();
    this.timeline.close();
    this.#observer.close();
  }

  /** Resident memory is told, not judged: its reading, which starts a program, need not be waited for. */
  begin(): void {
    this.timeline.enter('before');
    this.#beforeWithRss = withRss(this.#observer.before);
  }

  /** Lets the server open what it opens once; what it forgets already here still counts, by its port. */
  async warmUp(): Promise<void> {
    const { warmup, mostMs } = this.#options;
    this.timeline.enter('warm-up');
    await this.#driver.makeWarmUp(warmup, mostMs);
    const rest = await restToCount(this.#observer, this.#baseline.census, 0, this.#hooks.signal);
    this.#baseline = rest.latest;
    this.#setsNoTimers = setsNoTimers(this.#observer, rest.latest, this.#options.lateMs);
    this.#usual = this.#baseline.snapshot;
  }

  /** The judged cycles, in rounds that each end in a moment of rest and a reading of memory. */
  async makeRounds(): Promise<void> {
    this.timeline.enter('cycles');
    const isLate = () => this.timeline.elapsedMs > (this.#options.mostMs ?? Infinity);
    const rest = { usual: this.#usual, holdsOn: this.#baseline.held.length > 0 };
    await this.#judged.make(this.#options, rest, this.#hold, isLate, this.#hooks.signal);
  }

  /** Connects the silent clients of `--hold`, and asks whether anybody else is served. */
  async holdClients(): Promise<void> {
    if (this.#options.hold === 0 || this.#driver.isOver) return;
    this.timeline.enter('hold');
    this.#usual = (await this.#hold.begin(this.#baseline.snapshot)) ?? this.#usual;
  }

  /** Lets held clients go, waits until all is back or is known to be held, and looks once more at everything. */
  async settle(): Promise<void> {
    await this.#hold.end();
    this.timeline.enter('settle');
    const settleMs = this.#settleMs;
    const isPrompt = this.#driver.isOver || this.#setsNoTimers;
    const lateMs = isPrompt ? settleMs : this.#options.lateMs;
    const limits = { settleMs, drainMs: settleMs + this.#options.budgetMs, lateMs };
    // Whoever interrupts is told what is held all the same: to see whether anything moves takes a moment.
    const signal = aMomentAfter(this.#hooks.signal);
    const onDue = (due: Due | undefined) => {
      this.#due = due;
    };
    const { opened } = this.#driver.ledger;
    this.#rest = await restAtLast(this.#observer, this.#baseline.census, limits, signal, opened, onDue);
    this.#latest = this.#rest;
    this.#judged.addAtRest(this.#rest.latest.census, this.#rest.settled);
  }

  /** Makes the rounds that the judge asks for, until it has what it needs, or the time is up. */
  async confirm(next: NextRound): Promise<void> {
    const { budgetMs, heapBudgetMs } = this.#options;
    const budget = new Budget(hasHeap(this.#target.runtime) ? heapBudgetMs : budgetMs, this.#target.roots);
    for (;;) {
      const round = this.#driver.isOver ? undefined : await next(this.#evidence());
      if (!round) break;
      const late = this.#lateRest(asksForCounts(round));
      this.#isCapped = this.#driver.left < round.cycles;
      if (!late || !budget.hasTimeFor(this.#judged.rounds) || this.#isCapped) {
        this.#budgetSpent = true;
        break;
      }
      this.#confirming.push(round);
      this.timeline.enter('confirm');
      const witnessed = round.manner
        ? await witness(round.manner, round.cycles, this.#driver, this.#observer)
        : await this.#judged.makeConfirming(round.cycles);
      this.#witnessed = { ...this.#witnessed, ...witnessed };
      await this.#restAgain(late);
      if (this.#latest.settled.state === 'draining') {
        // It has not come to rest, and more cycles would not help it: what it has now is no count.
        this.#budgetSpent = true;
        break;
      }
      const isCounted = asksForCounts(round) || !restsLate(this.#rest.settled);
      if (!round.manner) this.#judged.add('confirm', isCounted ? this.#latest.latest.census : undefined);
    }
  }

  /** Lets one client after the other be alone with the server, for as many cycles as the judge asks for. */
  async tellApart(cyclesFor: (evidence: Evidence) => number): Promise<void> {
    const cycles = this.#driver.isOver ? 0 : cyclesFor(this.#evidence());
    if (cycles === 0) return;
    const rest = () => this.#restAgain(this.#lateRest(true));
    this.#apart = await growthPerClient(this.#driver, cycles, this.#latest.latest, rest);
  }

  /** How a round comes to rest; undefined: so late that nothing can be counted after it. */
  #lateRest(isCounted: boolean): LateRest | undefined {
    const { settled } = this.#rest;
    return isCounted || closedLate(settled) ? lateRest(settled) : {};
  }

  async #restAgain(late?: LateRest): Promise<Observation> {
    const { census } = this.#rest.latest;
    this.#latest = await restAfterRound(this.#observer, census, this.#settleMs, this.#hooks.signal, late);
    return this.#latest.latest;
  }

  /** An accept queue that has stood still for a whole deadline needs no second one. */
  get #settleMs(): number {
    return this.#driver.isOver ? Math.min(1_000, this.#options.settleMs) : this.#options.settleMs;
  }

  async evidence(): Promise<Evidence> {
    this.timeline.enter('after');
    const [before, after] = [await this.#beforeWithRss, await withRss(this.#rest.latest.snapshot)];
    return withOwnDrops(this.#target, { ...this.#evidence(), before, after });
  }

  latency(): Latency | undefined {
    return this.#driver.latency();
  }

  get isServerAlive(): boolean {
    return !this.#observer.serverIsGone();
  }

  #evidence(): Evidence {
    return collectEvidence({
      target: this.#target,
      options: this.#options,
      observer: this.#observer,
      driver: this.#driver,
      ...{ rounds: this.#judged.rounds, pace: this.#judged.pace, work: this.#judged.work },
      hold: this.#hold.facts(),
      ...{ apart: this.#apart, confirming: this.#confirming },
      before: this.#observer.before,
      baseline: this.#baseline,
      rest: this.#rest,
      ...{ latest: this.#latest.latest, queueSettled: this.#latest.settled },
      countersBefore: this.#countersBefore,
      budgetSpent: this.#budgetSpent,
      capped: this.#isCapped ? this.#options.atMost : undefined,
      ...{ interrupted: this.#hooks.signal.aborted, endingOf: this.#hooks.endingOf },
      ...this.#witnessed,
    });
  }
}

/** Aborted when that signal is, but for the moment that a look at a server that does not move takes. */
function aMomentAfter(signal: AbortSignal): AbortSignal {
  const later = new AbortController();
  const abort = () => setTimeout(() => later.abort(), LAST_LOOK_MS).unref();
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  return later.signal;
}

/** What has stood still for a second is held. */
const LAST_LOOK_MS = 1_500;

/**
 * The same evidence with what the server's own listeners have dropped at most, asked only where counters of the whole network have moved:
 * another server may have moved them, and to ask takes starting a program.
 */
async function withOwnDrops({ listeners, network }: Target, evidence: Evidence): Promise<Evidence> {
  const { listenOverflows, listenDrops, embryonicResets } = evidence;
  const inodes = listeners.flatMap(one => (one.transport === 'tcp' ? [one.inode] : []));
  const haveMoved = listenOverflows + listenDrops + embryonicResets > 0;
  if (!haveMoved || network !== 'self' || inodes.length === 0) return evidence;
  return { ...evidence, ownDrops: await readListenerDrops(inodes) };
}

/** The timeline of one trial: whose processes it samples, and what whoever watches the run is told with each point. */
function timelineOf(
  target: Target,
  { cycles, durationMs }: Options,
  { tallies, ledger }: Driver,
  observer: Observer,
  told: () => Pick<Progress, 'suspects' | 'due'>,
  onProgress: RunHooks['onProgress'],
): Timeline {
  return new Timeline(
    target.roots.map(({ pid }) => pid),
    () => tallies.cycles.completed + tallies.confirm.completed,
    () => observer.queueLength(),
    ({ phase, atMs, fds, anonBytes }) =>
      onProgress({
        ...{ phase, fds, anonBytes, cycles, durationMs },
        cyclesDone: tallies.cycles.completed,
        opened: ledger.opened,
        confirmCycles: tallies.confirm.completed,
        elapsedMs: atMs,
        ...told(),
      }),
  );
}

/**
 * Some cycles of one client after the other, and what the server gained with each. A socket that was reset is in no
 * table, so that its port cannot tell which client it came from; this can.
 */
async function growthPerClient(
  driver: Driver,
  cycles: number,
  before: Observation,
  rest: () => Promise<Observation>,
): Promise<PerClientGrowth[]> {
  const apart: PerClientGrowth[] = [];
  let last = before.census;
  for (const client of driver.cast.clients) {
    const { completed, stopped } = await driver.makeAlone(client, cycles);
    const { census } = await rest();
    apart.push({ client, cycles: completed, growth: difference(last, census) });
    last = census;
    if (stopped) break;
  }
  return apart;
}

function difference(from: Census, to: Census): Census {
  const growth = Object.fromEntries(CENSUS_KEYS.map(key => [key, to[key] - from[key]]));
  return growth as Record<CensusKey, number>;
}
