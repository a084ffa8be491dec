import type { Look } from '../sampler/settle.js';
import type { Census } from '../verdict/evidence.js';
import type { Observation } from './observer.js';

export interface SettlingLook extends Look {
  readonly observation: Observation;
}

/**
 * What an observation has that was not `usual`: connections, whoever holds them, queued ones, threads, processes.
 * Where connections cannot be told to be ours, every new socket is waited for.
 */
export function outstanding(
  observation: Observation,
  usual: Census,
  knowsOurs: boolean,
  connections = 0,
): SettlingLook {
  const { held, outside, acceptQueue, census, unfinished } = observation;
  const ours = held.filter(
    ({ role }) => role === 'connection' || role === 'dead-socket' || (!knowsOurs && role === 'other-socket'),
  );
  const growth = [
    Math.max(0, census.thread - usual.thread),
    Math.max(0, census.child - usual.child),
    Math.max(0, census.zombie - usual.zombie),
  ];
  const counts = [...[ours.length, outside.length, acceptQueue, unfinished], ...growth];
  const unnamed = Math.max(ours.length, ...growth);
  const inodes = ours.reduce((sum, { inode }) => sum + inode, 0);
  return {
    observation,
    outstanding: counts.reduce((sum, count) => sum + count, 0),
    fingerprint: `${counts} ${inodes}`,
    // Most often a thread that a runtime was short of.
    isTrifle: Math.max(ours.length, outside.length, acceptQueue, unfinished) === 0 && unnamed <= MAX_TRIFLES,
    isAccusing:
      outside.length > 0 ||
      ours.some(({ role }) => role === 'connection') ||
      unnamed >= Math.max(MIN_UNNAMED, connections / CYCLES_PER_UNNAMED),
  };
}

const MAX_TRIFLES = 2;
/** Fewer than these may well be a pool: they have to recur before anybody is accused, so nothing is waited for before that. */
const MIN_UNNAMED = 8;
const CYCLES_PER_UNNAMED = 20;
