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
export function outstanding(observation: Observation, usual: Census, knowsOurs: boolean): SettlingLook {
  const { held, outside, acceptQueue, census, unfinished } = observation;
  const ours = held.filter(
    ({ role }) => role === 'connection' || role === 'dead-socket' || (!knowsOurs && role === 'other-socket'),
  );
  const counts = [
    ...[ours.length, outside.length, acceptQueue, unfinished],
    Math.max(0, census.thread - usual.thread),
    Math.max(0, census.child - usual.child),
    Math.max(0, census.zombie - usual.zombie),
  ];
  const inodes = ours.reduce((sum, { inode }) => sum + inode, 0);
  return {
    observation,
    outstanding: counts.reduce((sum, count) => sum + count, 0),
    fingerprint: `${counts} ${inodes}`,
  };
}
