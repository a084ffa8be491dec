import { setTimeout as sleep } from 'node:timers/promises';
import type { Options } from '../../options/run.js';
import type { Target } from '../../target/target.js';
import type { Finding } from '../../verdict/finding.js';
import { type Cycles, openCycles } from '../cycles.js';
import { type Found, unknown } from '../found.js';
import { Sources } from '../source.js';
import { socketNumbers, socketsSince } from './handles.js';
import { heapSince } from './heap.js';
import { type Inspector, NoInspector } from './inspector.js';
import { type Reached, reachInspector } from './reach.js';

const CYCLES = 40;

/**
 * Asks the inspector of a Node for what some more cycles left, sockets or memory, and for the lines of code that made
 * and keep that. It is closed again where we have opened it.
 */
export async function askNode(
  target: Target,
  options: Options,
  { kind }: Finding,
  signal: AbortSignal,
): Promise<Found> {
  if (kind !== 'fd' && kind !== 'memory') return unknown(NOT_ASKED);
  let reached: Reached | undefined;
  try {
    reached = await reachInspector(target);
    const most = AbortSignal.any([signal, AbortSignal.timeout(kind === 'fd' ? MOST_MS : MOST_HEAP_MS)]);
    const cycles = await openCycles(target, options, options.clients, most);
    return await (kind === 'fd' ? newSockets : heapSince)(reached.inspector, cycles);
  } catch (error) {
    if (error instanceof NoInspector) return unknown(error.message);
    throw error;
  } finally {
    await reached?.inspector.close(reached.isOurs);
  }
}

async function newSockets(inspector: Inspector, cycles: Cycles): Promise<Found> {
  const before = await socketNumbers(inspector);
  await cycles.make(CYCLES);
  await sleep(SETTLE_MS);
  const places = await socketsSince(before, inspector, new Sources());
  return { places, remarks: places.length > 0 ? [] : [NOT_SOCKETS] };
}

const NOT_ASKED = 'Of Node the inspector is asked for sockets and for memory alone.';
const NOT_SOCKETS =
  'It is no socket of Node that grew, so the inspector does not show it: lsof -p PID names files and pipes.';
const MOST_MS = 10_000;
/** With a snapshot before the cycles, for which a large heap takes seconds. */
const MOST_HEAP_MS = 60_000;
const SETTLE_MS = 300;
