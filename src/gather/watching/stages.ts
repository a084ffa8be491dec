import { setTimeout as sleep } from 'node:timers/promises';
import { ownCpuMs } from '../../proc/host.js';
import type { ProcessSnapshot, Snapshot } from '../../sampler/snapshot.js';
import type { KeptSince, StageFacts, StageFigures, StageSpan } from '../../verdict/watched-load.js';
import type { Observation } from '../observer.js';

/** Who looks at the server, on the clock of the looks. */
interface Looking {
  readonly nowMs: number;
  readonly accepted: number;
  take(thorough: boolean): Observation;
  descriptors(): Processes;
  figures(observation: Observation): StageFigures;
}

type Processes = readonly Pick<ProcessSnapshot, 'pid' | 'fds'>[];

/** One announcement, and what was seen right behind it. */
interface Border {
  readonly name: string | undefined;
  readonly atMs: number;
  /** When the server was last looked at before the line was heard: where this process stood still, the line has waited. */
  readonly notBeforeMs: number;
  /** When the load ended, if that was before the next one. */
  endedAtMs: number;
  readonly accepted: number;
  readonly figures: StageFigures;
  /** The load began anew: nobody of the last one was left. */
  readonly isStart: boolean;
  /** When the queue was first seen empty. */
  drainedAtMs: number | undefined;
}

/**
 * The phases that a load announces in what it prints. At each announcement the server is looked at, and of all that it has
 * at a look is known between which two looks it came.
 */
export class StageLog {
  readonly #pattern: RegExp;
  readonly #looking: Looking;
  readonly #borders: Border[] = [];
  #came: ReadonlyMap<string, readonly [sinceMs: number, untilMs: number]> = new Map();
  #beganMs = 0;
  #lines = 0;

  constructor(pattern: RegExp, looking: Looking) {
    this.#pattern = pattern;
    this.#looking = looking;
  }

  /** The load is about to be made. */
  begin(): void {
    this.#open(undefined, true);
  }

  /** A line that the load prints. */
  hear(line: string): void {
    if (line === '') return;
    this.#lines += 1;
    const match = this.#pattern.exec(line.replaceAll(COLOURS, ''));
    if (!match) return;
    const name = (match[1] ?? match[0]).trim().slice(0, LONGEST_NAME);
    const names = new Set(this.#borders.flatMap(border => border.name ?? []));
    if (name !== '' && (names.has(name) || names.size < MOST_STAGES)) this.#open(name, false);
  }

  /** The load prints no more. */
  end(): void {
    const last = this.#borders.at(-1);
    if (last) last.endedAtMs = this.#looking.nowMs;
  }

  /** Another look, which began at `beganMs`. */
  note({ snapshot, acceptQueue }: Observation, beganMs: number, nowMs: number): void {
    this.#note(snapshot.processes, beganMs, nowMs);
    if (acceptQueue > 0) return;
    for (const border of this.#borders) if (beganMs >= border.atMs) border.drainedAtMs ??= beganMs;
  }

  /**
   * Notes what the server has, more often than it can be looked at, until `signal` says that it is over: the rarer that is
   * done, the less of a phase is for sure. It takes a fifth of a CPU at most.
   */
  async until(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const startedCpuMs = ownCpuMs();
      const beganMs = this.#looking.nowMs;
      this.#note(this.#looking.descriptors(), beganMs, this.#looking.nowMs);
      const pauseMs = Math.max(STEP_MS, 4 * (ownCpuMs() - startedCpuMs));
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  #note(processes: Processes, beganMs: number, nowMs: number): void {
    const came = new Map<string, readonly [number, number]>();
    for (const key of keysOf(processes)) came.set(key, this.#came.get(key) ?? [this.#beganMs, nowMs]);
    this.#came = came;
    this.#beganMs = beganMs;
  }

  /** What there is to say of the phases, when the server has come to what was seen last. */
  facts(before: Snapshot, latest: Observation): StageFacts {
    const { snapshot, held } = latest;
    const lastly = this.#looking.nowMs;
    const known = new Set(keysOf(before.processes));
    const roles = new Map(held.map(({ inode, role }) => [inode, role]));
    const kept = new Map<string, KeptSince>();
    for (const { pid, fds } of snapshot.processes) {
      for (const fd of fds) {
        const key = keyOf(pid, fd);
        const what = fd.kind === 'socket' ? roles.get(fd.inode) : fd.kind;
        if (known.has(key) || what === undefined || what === 'other-client') continue;
        const [sinceMs, untilMs] = this.#came.get(key) ?? [this.#beganMs, lastly];
        kept.set(key, { what, isUnique: fd.inode !== 0, sinceMs, untilMs });
      }
    }
    return {
      pattern: String(this.#pattern),
      lines: this.#lines,
      spans: this.#spans(this.#looking.figures(latest), lastly),
      kept: [...kept.values()],
    };
  }

  #open(name: string | undefined, isStart: boolean): void {
    const heardAtMs = this.#looking.nowMs;
    const notBeforeMs = this.#beganMs;
    const observation = this.#looking.take(false);
    // Nobody connects before the load is started: all that was seen came earlier.
    const atMs = isStart ? this.#looking.nowMs : heardAtMs;
    const figures = this.#looking.figures(observation);
    const { accepted } = this.#looking;
    const times = { atMs, notBeforeMs, endedAtMs: Number.POSITIVE_INFINITY, drainedAtMs: undefined };
    this.#borders.push({ name, accepted, figures, isStart, ...times });
  }

  #spans(last: StageFigures, lastly: number): StageSpan[] {
    return this.#borders.map((border, index) => {
      const next = this.#borders[index + 1];
      const { name, atMs, accepted, figures, isStart, drainedAtMs = lastly } = border;
      return {
        name,
        fromMs: atMs,
        untilMs: Math.min(next?.atMs ?? lastly, border.endedAtMs),
        sureFromMs: isStart ? atMs : Math.max(atMs + LATE_MS, drainedAtMs),
        sureUntilMs: next
          ? next.isStart
            ? next.atMs
            : next.notBeforeMs - EARLY_MS
          : Number.POSITIVE_INFINITY,
        accepted: (next?.accepted ?? this.#looking.accepted) - accepted,
        first: figures,
        last: next?.figures ?? last,
      };
    });
  }
}

function keysOf(processes: Processes): string[] {
  return processes.flatMap(({ pid, fds }) => fds.map(fd => keyOf(pid, fd)));
}

/** A socket is the same in whatever process; what has no inode is known by its place and its name. */
function keyOf(
  pid: number,
  { kind, inode, number, name }: Snapshot['processes'][number]['fds'][number],
): string {
  return inode === 0 ? `${pid} ${number} ${name}` : `${kind} ${inode}`;
}

const COLOURS = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');
const LONGEST_NAME = 60;
const MOST_STAGES = 64;
const STEP_MS = 200;
/** The first connections of a phase may be there before its announcement has come through the pipes of the load. */
const EARLY_MS = 500;
/** The last ones of the phase before may be under way for that long. */
const LATE_MS = 1_000;
