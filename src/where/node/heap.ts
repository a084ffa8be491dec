import { setTimeout as sleep } from 'node:timers/promises';
import { formatBytes, formatCount, formatDuration } from '../../units.js';
import type { Cycles } from '../cycles.js';
import { type Found, unknown } from '../found.js';
import { Sources } from '../source.js';
import { growthBetween } from './growth.js';
import { HeapPlaces } from './heap-places.js';
import { type Heap, parseHeap, programBytes } from './heap-snapshot.js';
import { type Inspector, NoInspector } from './inspector.js';
import { stacksOf } from './stacks.js';

/**
 * What some more cycles left on the heap: of two snapshots, each behind a forced collection, how many bytes and which
 * classes grew, by which lines that was made and what keeps it. Meanwhile V8 notes the stacks of allocations.
 */
export async function heapSince(inspector: Inspector, cycles: Cycles): Promise<Found> {
  await inspector.ask('HeapProfiler.enable');
  const atRest = await openHandles(inspector);
  const make = async (count: number) => {
    const made = await cycles.make(count);
    await untilRested(inspector, atRest);
    return made;
  };
  // What the first of our own cycles make for good.
  await make(FIRST_CYCLES);
  const { liveBytes, heapBytes } = await readLive(inspector);
  if (heapBytes > MOST_HEAP_BYTES) {
    const made = await make(UNTRACKED_CYCLES);
    const grown = [liveBytes, (await readLive(inspector)).liveBytes] as const;
    return { places: [], remarks: [told('Heap', grown, made), tooLarge(heapBytes)] };
  }
  const startedAtMs = performance.now();
  const first = await inspector.snapshot();
  const stoodMs = performance.now() - startedAtMs;
  let made = 0;
  let second: readonly string[] = [];
  const stacks = await stacksOf(inspector, async () => {
    made = await make(CYCLES);
    second = await inspector.snapshot();
  });
  if (made === 0)
    return unknown('The server served none of the further cycles, so nothing can be said of its memory.');
  const [before, after] = [await readHeap(first), await readHeap(second)];
  const bytes = [programBytes(before), programBytes(after)] as const;
  const isFlat = bytes[1] - bytes[0] < made * FLAT_BYTES;
  const growths = isFlat ? [] : await growthBetween(before, after);
  return {
    places: await new HeapPlaces(stacks, inspector, new Sources()).of(
      growths.filter(({ retainedBytes }) => retainedBytes >= made * FLAT_BYTES),
      made,
    ),
    remarks: [
      told('Objects', bytes, made),
      ...(isFlat ? [FLAT] : []),
      `For each of two snapshots of its heap the server stood still for ${formatDuration(stoodMs)}.`,
    ],
  };
}

/** @throws NoInspector where the server has sent something else. */
async function readHeap(chunks: readonly string[]): Promise<Heap> {
  try {
    return await parseHeap(chunks);
  } catch {
    throw new NoInspector('What the server sent as a snapshot of its heap cannot be read.');
  }
}

/** "Objects after a forced collection: 5.1 MiB, after 200 more cycles 5.3 MiB: 1048 B per cycle." */
function told(what: string, [before, after]: readonly [number, number], cycles: number): string {
  return `${what} after a forced collection: ${formatBytes(before)}, after ${cycles} more cycles ${formatBytes(after)}: ${formatCount((after - before) / cycles)} B per cycle.`;
}

/** By V8's own count, which code that it compiles or forgets changes by some 40 KiB: a snapshot is more exact. */
async function readLive(
  inspector: Inspector,
): Promise<{ readonly liveBytes: number; readonly heapBytes: number }> {
  // What has a finalizer goes with the second.
  for (let made = 0; made < 2; made++) await inspector.ask('HeapProfiler.collectGarbage', {}, COLLECTION_MS);
  const { value } = await inspector.evaluate('globalThis["process"].memoryUsage()', true);
  const { heapUsed, external } = value as { heapUsed: number; external: number };
  return { liveBytes: heapUsed + external, heapBytes: heapUsed };
}

/** Until the connections of our cycles are closed, or as many have stayed open for a while. */
async function untilRested(inspector: Inspector, atRest: number): Promise<void> {
  let last = Number.POSITIVE_INFINITY;
  for (let unchanged = 0; unchanged < UNCHANGED_LOOKS; ) {
    const open = await openHandles(inspector);
    if (open <= atRest) return;
    unchanged = open === last ? unchanged + 1 : 0;
    last = open;
    await sleep(LOOK_MS);
  }
}

async function openHandles(inspector: Inspector): Promise<number> {
  const { value } = await inspector.evaluate('globalThis["process"]._getActiveHandles().length', true);
  return Number(value);
}

function tooLarge(bytes: number): string {
  return `Of a heap of ${formatBytes(bytes)} no snapshot is taken, for which the server would stand still: start it anew, and let --where look at up to ${formatBytes(MOST_HEAP_BYTES)}.`;
}

const FLAT =
  'So no object is kept: what grew is garbage that V8 had not collected yet, room of its heap that is not given back, memory of an addon, or numbers in an array that had room left for them.';
const FIRST_CYCLES = 40;
const CYCLES = 200;
const UNTRACKED_CYCLES = 1_000;
const FLAT_BYTES = 16;
/** Of objects: the bytes of a Buffer stand in no snapshot. One of 40 MiB took 1.3 GB here and 16 s there, on a machine with five times the load. */
const MOST_HEAP_BYTES = 64 * 1024 * 1024;
const COLLECTION_MS = 10_000;
const LOOK_MS = 50;
const UNCHANGED_LOOKS = 10;
