import type { Options } from '../options/run.js';
import type { ListenCounters } from '../proc/parse/netstat.js';
import type { SocketTimer } from '../proc/parse/socket-table.js';
import { readListenCounters, readListenerDrops } from '../proc/sockets.js';
import type { Due, PendingTimer } from '../sampler/sleep.js';
import { type Snapshot, withRss } from '../sampler/snapshot.js';
import type { Target } from '../target/target.js';
import { cyclesToTellApart } from '../verdict/apart.js';
import { asksForCounts, type ConfirmingRound } from '../verdict/confirmation.js';
import type { Evidence, PerClientGrowth } from '../verdict/evidence.js';
import { closedLate, type LateRest, lateRest, restsLate } from '../verdict/late.js';
import { hasHeap } from '../verdict/memory-profiles.js';
import { FACTS } from '../workload/client-names.js';
import { Ledger } from '../workload/ledger.js';
import type { Pacer } from '../workload/pacer.js';
import type { Latency } from '../workload/stopwatch.js';
import { Budget } from './budget.js';
import { growthPerClient, type Witnessed, witness } from './confirming.js';
import { Driver } from './driver.js';
import { Hold } from './hold.js';
import { JudgedRounds } from './judged-rounds.js';
import { LiveHeapReadings } from './live-heap.js';
import { withNames } from './names.js';
import { type Observation, Observer } from './observer.js';
import { partOfCycles, partOfServer } from './parts.js';
import {
  atRest,
  exceptForCutOff,
  type LastRest,
  type Rest,
  restAfterRound,
  restAtLast,
  restToCount,
  setsNoTimers,
} from './rest.js';
import { timerOfSilence } from './silence.js';
import type { RunHooks, Timeline } from './timeline.js';
import type { Traffic } from './trial.js';

/** Cycles of our own against a server that is looked into. Owns open files: the owner calls close(). */
export class OwnCyclesTraffic implements Traffic {
  readonly rootPids: readonly number[];
  readonly #target: Target;
  readonly #options: Options;
  readonly #hooks: RunHooks;
  readonly #observer: Observer;
  readonly #driver: Driver;
  readonly #judged: JudgedRounds;
  readonly #hold: Hold;
  readonly #countersBefore: ListenCounters;
  #beforeWithRss: Promise<Snapshot>;
  #baseline: Observation;
  /** What the server has with the clients of --hold. */
  #usual: Snapshot;
  #rest: LastRest;
  /** The last look of all: the same, unless there were confirming rounds. */
  #latest: Rest;
  #apart: readonly PerClientGrowth[] = [];
  #budget: Budget | undefined;
  /** It was seen to hold connections, and to wait for nothing but somebody. */
  #setsNoTimers = false;
  #timer: PendingTimer | undefined;
  #silence: SocketTimer | undefined;
  /** What is waited for while the server settles. */
  #due: Due | undefined;
  #witnessed: Witnessed = {};
  readonly #liveHeap: LiveHeapReadings | undefined;
  /** More cycles were asked for than may be made. */
  #isCapped = false;

  static async open(
    target: Target,
    options: Options,
    seed: number,
    hooks: RunHooks,
  ): Promise<OwnCyclesTraffic> {
    const ledger = new Ledger(options.sources);
    const observer = await Observer.open(target, ledger);
    const startWorkers = await workerStarter(target, options, seed, ledger);
    const driver = await Driver.open(target, options, seed, ledger, observer, hooks, startWorkers);
    return new OwnCyclesTraffic(target, options, hooks, observer, driver);
  }

  private constructor(target: Target, options: Options, hooks: RunHooks, observer: Observer, driver: Driver) {
    this.rootPids = observer.rootPids;
    this.#target = target;
    this.#options = options;
    this.#hooks = hooks;
    this.#countersBefore = readListenCounters(target.network);
    this.#observer = observer;
    this.#driver = driver;
    this.#beforeWithRss = Promise.resolve(observer.before);
    this.#baseline = observer.look(false, observer.before);
    this.#usual = this.#baseline.snapshot;
    this.#judged = new JudgedRounds(driver, observer, target);
    this.#hold = new Hold(driver, observer, options);
    this.#rest = atRest(this.#baseline);
    this.#latest = this.#rest;
    this.#liveHeap = hooks.openHeap && new LiveHeapReadings(hooks.openHeap);
  }

  async close(): Promise<void> {
    void this.#hold.end();
    this.#driver.close();
    this.#observer.close();
    await this.#liveHeap?.close();
  }

  get connections(): number {
    return this.#driver.ledger.opened;
  }

  get isOver(): boolean {
    return this.#driver.isOver;
  }

  get isServerAlive(): boolean {
    return !this.#observer.serverIsGone();
  }

  get cyclesDone(): number {
    const { cycles, confirm } = this.#driver.tallies;
    return cycles.completed + confirm.completed;
  }

  get progress(): Traffic['progress'] {
    const { cycles, durationMs } = this.#options;
    const { tallies } = this.#driver;
    return {
      ...{ cycles, durationMs, cyclesDone: tallies.cycles.completed, opened: this.connections },
      ...{ confirmCycles: tallies.confirm.completed, due: this.#due },
    };
  }

  queueLength(): number | undefined {
    return this.#observer.queueLength();
  }

  /** Lets the server open what it opens once; what it forgets already here still counts, by its port. */
  async warmUp(timeline: Timeline): Promise<void> {
    timeline.enter('before');
    // Resident memory is told, not judged: its reading, which starts a program, need not be waited for.
    this.#beforeWithRss = withRss(this.#observer.before);
    timeline.enter('warm-up');
    const firstAtMs = performance.now();
    const { warmup, thorough, hold, clients } = this.#options;
    // HTTP/2 takes the handle of its connection, with what was read by then.
    const looks =
      warmup > 0 &&
      this.#target.endpoint.transport === 'tcp' &&
      (!thorough || hold > 0) &&
      !clients.some(name => FACTS[name].isSpecial);
    if (looks) this.#silence = await timerOfSilence(this.#driver, this.#observer);
    if (!this.#driver.isOver) await this.#driver.make('warm-up', looks ? warmup - 1 : warmup);
    const rest = await restToCount(this.#observer, this.#baseline.census, 0, this.#hooks.signal);
    this.#baseline = rest.latest;
    this.#setsNoTimers = setsNoTimers(this.#observer, rest.latest, this.#options.lateMs);
    this.#usual = this.#baseline.snapshot;
    const timer = this.#observer.lastTimer(rest.latest.snapshot);
    const dueAtMs = performance.now() + (timer?.leftMs ?? 0);
    this.#timer = timer && { call: timer.call, dueAtMs, dueMs: dueAtMs - firstAtMs };
  }

  /**
   * The silent clients of `--hold`, and whether anybody else is served beside them; then the judged cycles, in rounds that
   * each end in a moment of rest and a reading of memory.
   */
  async make(timeline: Timeline, afterRound: () => Promise<void>): Promise<void> {
    if (this.#options.hold > 0 && !this.#driver.isOver) {
      timeline.enter('hold');
      this.#usual = (await this.#hold.begin(this.#baseline.snapshot)) ?? this.#usual;
    }
    timeline.enter('cycles');
    const rest = { usual: this.#usual, holdsOn: this.#baseline.held.length > 0 };
    await this.#judged.make(this.#options, rest, this.#hold, afterRound, this.#hooks.signal);
    await this.#hold.end();
  }

  async settle(): Promise<void> {
    const settleMs = this.#settleMs;
    const isPrompt = this.#driver.isOver || this.#setsNoTimers;
    const lateMs = isPrompt ? settleMs : this.#options.lateMs;
    const limits = { settleMs, drainMs: settleMs + this.#options.budgetMs, lateMs };
    // Whoever interrupts is told what is held all the same: to see whether anything moves takes a moment.
    const settled = new AbortController();
    const signal = aMomentAfter(this.#hooks.signal, settled.signal);
    const onDue = (due: Due | undefined) => {
      this.#due = due;
    };
    const { opened } = this.#driver.ledger;
    const rest = await restAtLast(this.#observer, this.#baseline.census, limits, signal, opened, onDue);
    const { aborted } = this.#hooks.signal;
    this.#rest = aborted ? exceptForCutOff(rest, opened - this.#options.concurrency) : rest;
    settled.abort();
    this.#latest = this.#rest;
    this.#judged.addAtRest(this.#rest.latest.census, this.#rest.settled);
  }

  wants(): boolean {
    return true;
  }

  hasTimeFor(round: ConfirmingRound): boolean {
    const { budgetMs, heapBudgetMs } = this.#options;
    const wholeMs = hasHeap(this.#target.runtime) ? heapBudgetMs : budgetMs;
    if (!this.#budget) {
      this.#budget = new Budget(wholeMs, this.#target.roots);
      this.#driver.endConfirmingIn(2 * this.#budget.longestMs);
    }
    this.#isCapped = this.#driver.left < round.cycles;
    if (this.#isCapped || !this.#canPayFor(round.cycles)) return false;
    return this.#lateRest(asksForCounts(round)) !== undefined && this.#budget.hasTimeFor(this.#judged.rounds);
  }

  async makeAgain(round: ConfirmingRound): Promise<boolean> {
    if (round.collects) await this.#liveHeap?.read(this.connections);
    const witnessed = round.manner
      ? await witness(round.manner, round.cycles, this.#driver, this.#observer)
      : await this.#judged.makeConfirming(round.cycles);
    this.#witnessed = { ...this.#witnessed, ...witnessed };
    // Of a round that was broken off nothing can be said to recur, or not to.
    if (this.#driver.isConfirmingOver) return false;
    await this.#restAgain(this.#lateRest(asksForCounts(round)));
    // More cycles would not help a server that has not come to rest, and what it has now is no count.
    if (this.#latest.settled.state === 'draining') return false;
    const isCounted = asksForCounts(round) || !restsLate(this.#rest.settled);
    if (round.collects) await this.#liveHeap?.read(this.connections);
    const isCollected = this.#liveHeap?.hasBegun === true;
    if (!round.manner)
      this.#judged.add('confirm', isCounted ? this.#latest.latest.census : undefined, isCollected);
    return true;
  }

  /** Lets one of several clients after the other be alone with the server, where it is to be told which of them leaks. */
  async conclude(evidence: Evidence): Promise<void> {
    const cycles = this.#driver.isOver ? 0 : cyclesToTellApart(evidence);
    if (cycles === 0 || !this.#canPayFor(cycles * this.#driver.cast.clients.length)) return;
    const rest = () => this.#restAgain(this.#lateRest(true));
    this.#apart = await growthPerClient(this.#driver, cycles, this.#latest.latest, rest);
  }

  async complete(evidence: Evidence): Promise<Evidence> {
    const [before, after] = [await this.#beforeWithRss, await withRss(this.#rest.latest.snapshot)];
    const named = await withNames({ ...evidence, before, after }, this.#target.servedIn);
    return withOwnDrops(this.#target, named);
  }

  latency(): Latency | undefined {
    return this.#driver.latency();
  }

  evidence(): ReturnType<Traffic['evidence']> {
    const { snapshot } = this.#latest.latest;
    const counters = readListenCounters(this.#target.network);
    const before = this.#countersBefore;
    const { passesLimit, thorough, budgetMs, mostFds } = this.#options;
    const { pursued, watched } = this.#witnessed;
    return {
      ...partOfServer({
        ...{ target: this.#target, observer: this.#observer, baseline: this.#baseline },
        ...{ rest: this.#rest, latest: this.#latest, countersBefore: before },
        endingOf: this.#hooks.endingOf,
      }),
      ...partOfCycles(this.#options, this.#driver, {
        ...{ pace: this.#judged.pace, work: this.#judged.work, hold: this.#hold.facts(), apart: this.#apart },
        ...{ timer: this.#timer, silence: this.#silence, liveHeap: this.#liveHeap?.facts() },
        capped: this.#isCapped ? this.#options.atMost : undefined,
        embryonicResets: counters.embryonicResets - before.embryonicResets,
        deferredDrops: counters.deferredDrops - before.deferredDrops,
        followed: pursued?.map(({ connection, inode }) => ({
          connection,
          descriptors: descriptorsOf(snapshot, inode),
        })),
        watched,
        passesLimit: passesLimit && !thorough && budgetMs > 0,
        fdRoom: roomLeft(mostFds, this.#observer.before, snapshot),
      }),
      rounds: this.#judged.rounds,
      interrupted: this.#hooks.signal.aborted,
    };
  }

  /** A server that is slow by a second is not asked a hundred times more. With a rate, cycles are as slow as was asked for. */
  #canPayFor(cycles: number): boolean {
    const isPaced = this.#options.ratePerSecond !== undefined;
    return isPaced || (this.#budget?.canPayFor(cycles, this.#driver.tallies.cycles) ?? true);
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
}

/** Most runs need no other threads, and load nothing for them. */
async function workerStarter(target: Target, options: Options, seed: number, ledger: Ledger) {
  if (options.workers === 1) return undefined;
  const { CycleWorkers } = await import('./cycle-workers.js');
  return (pacer: Pacer) => new CycleWorkers(target, options, seed, { ledger, pacer });
}

/** Aborted when that signal is, but for the moment that a look at a server that does not move takes; until it is `over`. */
function aMomentAfter(signal: AbortSignal, over: AbortSignal): AbortSignal {
  const later = new AbortController();
  const abort = () => setTimeout(() => later.abort(), LAST_LOOK_MS).unref();
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true, signal: over });
  return later.signal;
}

/** What has stood still for a second is held. */
const LAST_LOOK_MS = 1_500;

/** Confirming may take as much again as the judged cycles. */
function roomLeft(mostFds: number | undefined, before: Snapshot, now: Snapshot): number | undefined {
  if (mostFds === undefined) return undefined;
  const count = ({ processes }: Snapshot) => processes.reduce((sum, { fds }) => sum + fds.length, 0);
  return Math.max(0, 2 * mostFds - (count(now) - count(before)));
}

function descriptorsOf({ processes }: Snapshot, inode: number) {
  return processes.flatMap(({ pid, fds }) =>
    fds.filter(fd => fd.kind === 'socket' && fd.inode === inode).map(({ number }) => ({ pid, number })),
  );
}

/**
 * The same evidence with what the server's own listeners have dropped at most, asked only where counters of the whole network have moved:
 * another server may have moved them, and to ask takes starting a program.
 */
async function withOwnDrops({ listeners, network }: Target, evidence: Evidence): Promise<Evidence> {
  const { listenOverflows, listenDrops, own } = evidence;
  const inodes = listeners.flatMap(one => (one.transport === 'tcp' ? [one.inode] : []));
  const haveMoved = listenOverflows + listenDrops + (own?.embryonicResets ?? 0) > 0;
  if (!own || !haveMoved || network !== 'self' || inodes.length === 0) return evidence;
  return { ...evidence, own: { ...own, ownDrops: await readListenerDrops(inodes) } };
}
