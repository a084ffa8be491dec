import { setTimeout as sleep } from 'node:timers/promises';
import type { Options } from '../../options/run.js';
import type { Target } from '../../target/target.js';
import type { Finding } from '../../verdict/finding.js';
import { guiltyClients, NO_ROOM, openCycles, roomFor } from '../cycles.js';
import { type Found, type Place, type Touch, unknown } from '../found.js';
import { type Growth, grownInBoth, growth } from '../growth.js';
import { Sources } from '../source.js';
import { NoProfile, Pprof } from './pprof.js';
import { type GoFrame, type GoStack, ownFrames, type Profile } from './profiles.js';

/** Whether the profiles of a server can tell anything of a finding. One that hangs answers on another port at most. */
function isAsked(finding: Finding, { pprof }: Options): boolean {
  if (finding.kind === 'gauge') return /goroutine/.test(finding.name);
  if (finding.kind === 'hang') return pprof !== undefined;
  return finding.kind === 'memory' || finding.kind === 'thread';
}

/**
 * Which goroutines stay, and which lines allocate what stays, by the profiles that a server in Go serves of itself: read
 * before, between and after two batches of further cycles. Of one that hangs they are read once.
 */
export async function askGo(
  target: Target,
  options: Options,
  findings: readonly Finding[],
  signal: AbortSignal,
): Promise<ReadonlyMap<Finding, Found>> {
  const asked = findings.filter(finding => isAsked(finding, options));
  if (asked.length === 0) return new Map();
  try {
    const pprof = Pprof.of(target, options);
    const hang = asked.find(({ kind }) => kind === 'hang');
    if (hang) return new Map([[hang, standing(await pprof.goroutines())]]);
    const found = await lookTwice(pprof, target, options, asked, signal);
    return new Map(asked.map(finding => [finding, found(finding)]));
  } catch (error) {
    if (!(error instanceof NoProfile)) throw error;
    return new Map(asked.map(finding => [finding, unknown(error.message)]));
  }
}

async function lookTwice(
  pprof: Pprof,
  target: Target,
  options: Options,
  findings: readonly Finding[],
  signal: AbortSignal,
): Promise<(finding: Finding) => Found> {
  const memory = findings.find(({ kind }) => kind === 'memory');
  const enough = memory ? Math.ceil(ENOUGH_BYTES / Math.max(1, memory.perCycle) / 2) : 0;
  const count = Math.min(Math.max(LEAST_CYCLES, Math.min(enough, MOST_CYCLES)), roomFor(findings, 4));
  if (count < 1) return () => unknown(NO_ROOM);
  const most = AbortSignal.any([signal, AbortSignal.timeout(MOST_MS)]);
  const cycles = await openCycles(target, options, guiltyClients(findings, options), most);
  const heapBefore = memory && (await pprof.heap());
  const before = await pprof.goroutines();
  const first = await cycles.make(count);
  await sleep(SETTLE_MS);
  const between = await pprof.goroutines();
  const second = await cycles.make(count);
  await sleep(SETTLE_MS);
  const after = await pprof.goroutines();
  const heapAfter = memory && (await pprof.heap());
  const sources = new Sources();
  const goroutines = goroutinePlaces(
    grownInBoth([before.census, between.census, after.census], Math.min(first, second)),
    after,
    sources,
  );
  const allocations =
    heapBefore && heapAfter
      ? allocationPlaces(growth(heapBefore.census, heapAfter.census), heapAfter, first + second, sources)
      : [];
  return ({ kind }) => {
    const places = kind === 'memory' ? [...goroutines, ...allocations] : goroutines;
    return { places, remarks: places.length > 0 ? [] : [kind === 'memory' ? NO_GROWTH : NO_GOROUTINES] };
  };
}

function goroutinePlaces(grown: readonly Growth[], { stacks }: Profile, sources: Sources): Place[] {
  const all = grown.reduce((sum, { count }) => sum + count, 0);
  return grown.slice(0, MOST_PLACES).flatMap(({ key, count }) => {
    const stack = stacks.get(key);
    return stack ? goroutinePlace(stack, count, all, sources) : [];
  });
}

function goroutinePlace(stack: GoStack, count: number, of: number, sources: Sources): Place {
  const { startedBy, state, frames } = stack;
  return {
    count,
    of,
    what: 'goroutine',
    made: startedBy ? touch('go', [startedBy], sources) : null,
    last: touch(ownFrames(frames).call ?? `a ${state}`, frames, sources),
    letGo: null,
    kept: [],
  };
}

/** The stacks that most of the new memory was allocated by; the rest is what a sample happens to meet. */
function allocationPlaces(
  grown: readonly Growth[],
  { stacks }: Profile,
  cycles: number,
  sources: Sources,
): Place[] {
  const all = grown.reduce((sum, { bytes }) => sum + bytes, 0);
  return grown
    .filter(({ bytes }) => bytes > all * LEAST_SHARE)
    .slice(0, MOST_PLACES)
    .flatMap(({ key, count, bytes }) => {
      const stack = stacks.get(key);
      if (!stack) return [];
      const objects = Math.max(1, Math.round(count));
      return {
        count: objects,
        of: objects,
        what: 'memory',
        made: touch('allocation', stack.frames, sources),
        last: null,
        letGo: null,
        kept: [`some ${Math.round(bytes / cycles)} bytes on each cycle, by samples`],
      };
    });
}

/** Where everything stands in a server that serves nobody any more. */
function standing({ census, stacks }: Profile): Found {
  const sources = new Sources();
  const own = [...census].filter(([key]) => ownFrames(stacks.get(key)?.frames ?? []).isOwn);
  const all = own.reduce((sum, [, { count }]) => sum + count, 0);
  const places = own
    .sort(([, one], [, other]) => other.count - one.count)
    .slice(0, MOST_PLACES)
    .flatMap(([key, { count }]) => {
      const stack = stacks.get(key);
      return stack ? goroutinePlace(stack, count, all, sources) : [];
    });
  return { places, remarks: [] };
}

function touch(call: string, frames: readonly GoFrame[], sources: Sources): Touch {
  return {
    call,
    result: '',
    frames: ownFrames(frames).own.map(frame => sources.frame({ ...frame, at: '' })),
  };
}

const NO_GROWTH =
  'Neither goroutines nor the heap grew on the further cycles, by the profiles of the server: what grew is outside of the heap of Go, as memory of C is.';
const NO_GOROUTINES = 'No goroutine stayed on the further cycles, by the profile of the server.';
const LEAST_CYCLES = 100;
/** The heap is sampled once in 512 KiB: so much is met some ten times. */
const ENOUGH_BYTES = 6 * 1024 * 1024;
const MOST_CYCLES = 3_000;
const MOST_MS = 10_000;
const MOST_PLACES = 3;
const LEAST_SHARE = 0.1;
const SETTLE_MS = 300;
