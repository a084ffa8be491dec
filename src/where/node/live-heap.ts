import type { HeapReader, LiveHeap } from '../../gather/live-heap.js';
import { readSmapsRollup } from '../../proc/memory.js';
import { readStatus } from '../../proc/process.js';
import type { Target } from '../../target/target.js';
import { type Inspector, NoInspector } from './inspector.js';
import { reachInspector } from './reach.js';

/** Through the inspector of a Node; the sentence says why it cannot be had. */
export async function openLiveHeap(target: Target): Promise<HeapReader | string> {
  try {
    const { inspector, isOurs, pid } = await reachInspector(target);
    try {
      await inspector.ask('HeapProfiler.enable');
      return new NodeHeap(inspector, isOurs, pid, await longestTimer(inspector));
    } catch (error) {
      await inspector.close(isOurs);
      throw error;
    }
  } catch (error) {
    return sentenceOf(error);
  }
}

class NodeHeap implements HeapReader {
  readonly timer: LiveHeap['timer'];
  readonly #pid: number;
  #lastBytes = -Infinity;
  readonly #inspector: Inspector;
  readonly #isOurs: boolean;

  constructor(inspector: Inspector, isOurs: boolean, pid: number, timer: LiveHeap['timer']) {
    this.#pid = pid;
    this.timer = timer;
    this.#inspector = inspector;
    this.#isOurs = isOurs;
  }

  /**
   * The least of several collections. Every second one counts up to 200 KiB too much, which no snapshot of the heap shows:
   * room that another thread of V8 has taken and not used. So more are made where the first find more than there was, and
   * one is enough where it is so much more that this makes no difference.
   */
  async read(): ReturnType<HeapReader['read']> {
    try {
      let [keptBytes, outsideBytes] = [Infinity, Infinity];
      for (let made = 0, alike = 0; made < MOST_COLLECTIONS && alike < 2; made++) {
        await this.#inspector.ask('HeapProfiler.collectGarbage', {}, COLLECTION_MS);
        const { value } = await this.#inspector.evaluate(SPACES, true);
        const read = value as { readonly keptBytes: number; readonly reservedBytes: number };
        const anonBytes = readSmapsRollup(this.#pid) ?? readStatus(this.#pid)?.anonBytes ?? Infinity;
        outsideBytes = Math.min(outsideBytes, anonBytes - read.reservedBytes);
        keptBytes = Math.min(keptBytes, read.keptBytes);
        const isLow = read.keptBytes - keptBytes < ALIKE_BYTES && keptBytes - this.#lastBytes < MORE_BYTES;
        if (isLow) alike += 1;
        if (keptBytes - this.#lastBytes > MUCH_MORE_BYTES && Number.isFinite(this.#lastBytes)) break;
      }
      this.#lastBytes = keptBytes;
      return { keptBytes, outsideBytes: Number.isFinite(outsideBytes) ? outsideBytes : undefined };
    } catch (error) {
      return sentenceOf(error);
    }
  }

  close(): Promise<void> {
    return this.#inspector.close(this.#isOurs);
  }
}

/** The longest that the program itself has set, Node's own left out: its HTTP server looks for slow requests every 30 s. */
async function longestTimer(inspector: Inspector): Promise<LiveHeap['timer']> {
  const prototype = await inspector.evaluate(TIMEOUT, false);
  if (prototype.objectId === undefined) return undefined;
  const { objects } = await inspector.ask(
    'Runtime.queryObjects',
    { prototypeObjectId: prototype.objectId, objectGroup: GROUP },
    COLLECTION_MS,
  );
  try {
    const kinds = await inspector.call(objects as { objectId: string }, KINDS_OF_TIMERS);
    const [told, list] = await inspector.elements(kinds);
    const callbacks = await inspector.elements(list ?? {});
    for (const [index, { call, ms }] of (JSON.parse(String(told?.value)) as Timer[]).entries())
      if (!(await inspector.isNodesOwn(callbacks[index] ?? {}))) return { call, ms };
    return undefined;
  } finally {
    await inspector.ask('Runtime.releaseObjectGroup', { objectGroup: GROUP });
  }
}

type Timer = NonNullable<LiveHeap['timer']>;

function sentenceOf(error: unknown): string {
  if (error instanceof NoInspector) return error.message;
  throw error;
}

/**
 * Spaces of code and of what the engine notes of it go up and down with what it compiles and forgets. Buffers lie outside of
 * the heap.
 */
const SPACES = `(() => {
  const v8 = require('node:v8');
  const { heapTotal, external, arrayBuffers } = globalThis["process"].memoryUsage();
  const own = v8.getHeapSpaceStatistics().filter(({ space_name }) => !/code|trusted|read_only/.test(space_name));
  const keptBytes = own.reduce((sum, { space_used_size }) => sum + space_used_size, external);
  return { keptBytes, reservedBytes: heapTotal + arrayBuffers };
})()`;
/** Made anew, so that a program that has replaced setTimeout() does not matter. */
const TIMEOUT = `(() => {
  const timers = require('node:timers');
  const timer = timers.setTimeout(() => {}, 1e6);
  timers.clearTimeout(timer);
  return Object.getPrototypeOf(timer);
})()`;
/** Of each length one, the longest first; those of many connections are alike. */
const KINDS_OF_TIMERS = `function () {
  const kinds = new Map();
  for (const timer of this) {
    const ms = Number(timer._idleTimeout);
    if (timer._destroyed || !(ms > 0) || typeof timer._onTimeout !== 'function') continue;
    const call = timer._repeat ? 'setInterval' : 'setTimeout';
    kinds.set([ms, call, timer._onTimeout.name].join(), [{ call, ms }, timer._onTimeout]);
  }
  const sorted = [...kinds.values()].sort(([one], [other]) => other.ms - one.ms).slice(0, 50);
  return [JSON.stringify(sorted.map(([kind]) => kind)), sorted.map(([, callback]) => callback)];
}`;
const GROUP = 'timers';
const ALIKE_BYTES = 8_192;
const MORE_BYTES = 40_960;
const MUCH_MORE_BYTES = 655_360;
const MOST_COLLECTIONS = 5;
const COLLECTION_MS = 10_000;
