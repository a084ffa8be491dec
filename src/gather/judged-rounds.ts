import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Options } from '../options/run.js';
import { type CpuTime, readCpuTime } from '../proc/cpu-time.js';
import { countFds } from '../proc/fds.js';
import { mostPollEntries } from '../proc/threads.js';
import type { Settled } from '../sampler/settle.js';
import type { Snapshot } from '../sampler/snapshot.js';
import type { Target } from '../target/target.js';
import type { Census, Pace, Round, WorkRound } from '../verdict/evidence.js';
import { closedLate } from '../verdict/late.js';
import { hasHeap } from '../verdict/memory-profiles.js';
import { type Driver, type Portion, portionsOf } from './driver.js';
import type { Hold } from './hold.js';
import type { Observer } from './observer.js';
import { forgetTouchedMemory, privateMemory, touchedMemory } from './private-memory.js';
import { usesUp } from './rest.js';

/** The rounds of one trial: what was read at the end of each, and how fast it went. */
export class JudgedRounds {
  readonly rounds: Round[] = [];
  readonly pace: Pace[] = [];
  readonly work: WorkRound[] = [];
  readonly #driver: Driver;
  readonly #observer: Observer;
  readonly #target: Target;
  #rests: BriefRests | undefined;
  #lowest: Round['lowest'];

  constructor(driver: Driver, observer: Observer, target: Target) {
    this.#driver = driver;
    this.#observer = observer;
    this.#target = target;
  }

  /** The judged cycles, with a moment of rest, until the server has what is `usual`, behind each portion of them. */
  async make(
    options: Options,
    { usual, holdsOn }: { readonly usual: Snapshot; readonly holdsOn: boolean },
    hold: Hold,
    afterRound: () => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    this.#rests = new BriefRests(this.#observer, usual, !holdsOn, signal);
    forgetTouchedMemory(this.#observer.before.processes, this.#target);
    let begun = this.#beginWork();
    for (const portion of portionsOf(options, options.rounds)) {
      if (this.#driver.isOver) break;
      await hold.askDuring(this.#makePortion(portion));
      await this.#rests?.rest();
      if (!portion.endsRound) continue;
      this.#endWork('cycles', begun);
      await hold.ask();
      this.add('cycles', undefined);
      await afterRound();
      if (this.#driver.isCutShort || (await usesUp(this.#observer, usual, options.mostFds, signal))) break;
      begun = this.#beginWork();
    }
  }

  /** Cycles that the judge asked for, in portions: what each of them cost is told by the least that several did. */
  async makeConfirming(cycles: number): Promise<void> {
    const portions = Math.min(WORK_READINGS, Math.ceil(cycles / MIN_READ));
    for (let portion = 1, made = 0; portion <= portions && !this.#driver.isOver; portion++) {
      const until = Math.round((cycles * portion) / portions);
      const begun = this.#beginWork();
      await this.#driver.make('confirm', until - made);
      await this.#rests?.rest();
      this.#endWork('confirm', begun);
      this.#readLowest();
      made = until;
    }
  }

  /** What it has, and not how much of that was used: that takes one more file, and is read at the end of the round. */
  #readLowest(): void {
    if (!hasHeap(this.#target.runtime)) return;
    const { anonBytes } = privateMemory(this.#observer.before.processes, this.#target);
    if (anonBytes === undefined || anonBytes >= (this.#lowest?.anonBytes ?? Infinity)) return;
    this.#lowest = { connections: this.#driver.ledger.opened, anonBytes };
  }

  #beginWork(): WorkBegun {
    const cpu = readCpuTime(this.#observer.before.processes.map(({ pid }) => pid));
    return { connections: this.#driver.ledger.opened, cpu, ownMs: this.#driver.cpuMs };
  }

  /** Of a port that others listen on too nobody knows how many connections were this server's: their share changes. */
  #endWork(phase: Round['phase'], begun: WorkBegun): void {
    if (this.#target.rivals.length > 0) return;
    const { connections, cpu, ownMs } = this.#beginWork();
    const made = connections - begun.connections;
    if (!cpu || !begun.cpu || made === 0) return;
    this.work.push({
      ...{ phase, connections, made },
      livingNs: cpu.livingNs - begun.cpu.livingNs,
      waitNs: cpu.waitNs - begun.cpu.waitNs,
      turns: cpu.turns - begun.cpu.turns,
      ticks: cpu.ticks - begun.cpu.ticks,
      ownNs: 1e6 * (ownMs - begun.ownMs),
    });
  }

  /** `isCollected`: garbage was collected by force, so that the pages of this round are not to be held against others. */
  add(phase: Round['phase'], counts: Census | undefined, isCollected = false): void {
    this.rounds.push({
      phase,
      connections: this.#driver.ledger.opened,
      atMs: performance.now(),
      ...(isCollected
        ? { anonBytes: undefined, heap: undefined }
        : privateMemory(this.#observer.before.processes, this.#target)),
      touchedBytes: touchedMemory(this.#observer.before.processes, this.#target),
      lowest: this.#lowest,
      pollEntries: stalePollEntries(this.#observer.before.processes),
      counts,
    });
    this.#lowest = undefined;
  }

  /**
   * The last reading of the judged cycles, made again at rest. The others are no memory at rest where the server closed
   * late, and cannot be compared.
   */
  addAtRest(counts: Census, settled: Settled): void {
    if (this.rounds.at(-1)?.connections === this.#driver.ledger.opened) this.rounds.pop();
    if (settled.state === 'draining' || closedLate(settled)) {
      for (const [index, round] of this.rounds.entries())
        this.rounds[index] = { ...round, anonBytes: undefined };
    }
    this.add('cycles', counts);
  }

  async #makePortion(portion: Portion): Promise<void> {
    const { cycles } = this.#driver.tallies;
    const [completed, durationMs, cpuMs] = [cycles.completed, cycles.durationMs, this.#driver.cpuMs];
    await this.#driver.makeJudged(portion);
    this.pace.push({
      cycles: cycles.completed - completed,
      durationMs: cycles.durationMs - durationMs,
      ownCpuMs: this.#driver.cpuMs - cpuMs,
    });
  }
}

/** What poll(2) is given beyond what is open: of the processes that sleep there, and where each may be read. */
function stalePollEntries(processes: ReadonlyArray<{ readonly pid: number }>): number | undefined {
  return processes.slice(0, MAX_POLLING).reduce<number | undefined>((total, { pid }) => {
    const entries = mostPollEntries(pid);
    const fds = entries === undefined ? undefined : countFds(pid);
    if (entries === undefined || fds === undefined) return total;
    return (total ?? 0) + Math.max(0, entries - fds);
  }, undefined);
}

const MAX_POLLING = 16;
/** Four in each sixth of the connections, where the last round has made half of them. */
const WORK_READINGS = 12;
const MIN_READ = 20;

interface WorkBegun {
  readonly connections: number;
  readonly cpu: CpuTime | undefined;
  readonly ownMs: number;
}

/**
 * The moments of rest between two rounds of cycles: until the descriptors are back, or stand still for a moment. Judges
 * nothing. A server that works off what has piled up is waited for as long as it goes on: it would be after the last round
 * too, and readings in between would not be of a server at rest. One that closes by its clock, or never, is waited for once.
 */
class BriefRests {
  readonly #observer: Observer;
  readonly #usualFds: number;
  readonly #signal: AbortSignal;
  #isPatient: boolean;

  /** To be begun at rest. `isPatient`: nothing was left of the cycles before. */
  constructor(observer: Observer, usual: Snapshot, isPatient: boolean, signal: AbortSignal) {
    this.#observer = observer;
    this.#isPatient = isPatient;
    this.#usualFds = usualFds(usual, observer.fdCount());
    this.#signal = signal;
  }

  async rest(): Promise<void> {
    const startedAtMs = performance.now();
    const elapsedMs = () => performance.now() - startedAtMs;
    // Most are back within a fraction of what the shortest timer takes.
    while (this.#left() > 0 && elapsedMs() < SPIN_MS) await nextTurn();
    let previous = -1;
    for (const pauseMs of PAUSES_MS) {
      const left = this.#left();
      const standsStill = left === previous && pauseMs > 1;
      if (left <= 0 || standsStill || elapsedMs() > MAX_BRIEF_MS) break;
      previous = left;
      await this.#pause(pauseMs);
    }
    if (this.#isPatient) this.#isPatient = await this.#worksOff();
    this.#observer.rememberHeld(this.#usualFds);
  }

  /** Waits while there is less and less left; whether that came to an end. */
  async #worksOff(): Promise<boolean> {
    const startedAtMs = performance.now();
    let least = this.#left();
    let lessSinceMs = startedAtMs;
    while (least > 0) {
      await this.#pause(PAUSES_MS.at(-1) ?? 0);
      const nowMs = performance.now();
      const standsStill = nowMs - lessSinceMs > STANDS_STILL_MS;
      if (standsStill || nowMs - startedAtMs > MAX_WORKING_OFF_MS || this.#signal.aborted) return false;
      const left = this.#left();
      if (left >= least) continue;
      least = left;
      lessSinceMs = nowMs;
    }
    return true;
  }

  /** A connection that nobody has accepted yet costs its work later: to a Unix socket a client connects, and is gone, before. */
  #left(): number {
    const left = this.#observer.fdCount() - this.#usualFds;
    return left > 0 ? left : this.#observer.waiting();
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#signal }).catch(() => undefined);
  }
}

/** As the kernel counts them: one too many for each thread that is blocked in accept(). */
function usualFds({ processes }: Snapshot, counted: number): number {
  const fds = processes.reduce((sum, process) => sum + process.fds.length, 0);
  const threads = processes.reduce((sum, process) => sum + process.threads, 0);
  return Math.min(Math.max(counted, fds), fds + threads);
}

const SPIN_MS = 0.5;
const PAUSES_MS = [1, 1, 2, 2, 4, 4];
/** Most servers need less. */
const MAX_BRIEF_MS = 8;
/** Longer than a thread of Ruby or Python may keep the others from running. */
const STANDS_STILL_MS = 120;
const MAX_WORKING_OFF_MS = 1_000;
