import { setTimeout as sleep } from 'node:timers/promises';
import { countFds, findInodes } from '../proc/fds.js';
import { findHolders } from '../proc/holders.js';
import type { ProcessStat } from '../proc/parse/process-stat.js';
import { type Listener, listTcpListeners, listUnixListeners } from '../target/listener.js';
import { deadAtStart, notReady, portTaken, severalPorts } from './refusals.js';
import type { StartedServer } from './server.js';
import type { Wanted } from './wanted.js';

/** The server listens, and its start is over. */
export interface Ready {
  readonly port: number | undefined;
  readonly readyMs: number;
  /** The command has ended, and what it left in the background serves. */
  readonly isDaemon: boolean;
}

/** @throws ChurnError when somebody else listens there already. */
export function requireFree({ port }: Wanted): void {
  if (port === undefined) return;
  const taken = listTcpListeners('self').filter(listener => listener.port === port);
  if (taken.length === 0) return;
  const holders = findHolders(new Set(taken.map(({ inode }) => inode)));
  throw portTaken(port, [...holders.byInode.values()].flat());
}

/**
 * Waits until the family owns the listening socket, and then until it has stopped moving: workers come after it. Never
 * connects: a connection would be the first that the server sees.
 *
 * @throws ChurnError when it dies, does not listen in time, or listens on several ports and none was named.
 */
export async function untilReady(
  server: StartedServer,
  wanted: Wanted,
  readyMs: number,
  signal: AbortSignal,
): Promise<Ready> {
  let aloneSinceMs: number | undefined;
  for (let pauseMs = 2; ; pauseMs = Math.min(20, pauseMs * 1.3)) {
    signal.throwIfAborted();
    const alive = server.look();
    const { owned, isEscaped } = ownedListeners(server, alive, wanted);
    const elapsedMs = performance.now() - server.startedAtMs;
    if (owned.length > 0) {
      await untilAtRest(server, signal);
      const port = wanted.unix === undefined ? (wanted.port ?? solePort(server, wanted)) : undefined;
      const isDaemon = server.exit !== undefined;
      if (server.look().length > 0) return { port, readyMs: elapsedMs, isDaemon };
    }
    // A daemon that has just left may not be seen for a moment.
    if (server.exit && alive.length === 0 && !isEscaped) aloneSinceMs ??= performance.now();
    else aloneSinceMs = undefined;
    if (aloneSinceMs !== undefined && performance.now() - aloneSinceMs > VANISH_MS) {
      throw deadAtStart(server, wanted, elapsedMs);
    }
    if (elapsedMs > readyMs) {
      if (aloneSinceMs !== undefined) throw deadAtStart(server, wanted, elapsedMs);
      throw notReady(server, wanted, readyMs, portsOf(ownedListeners(server, alive, ANYWHERE).owned));
    }
    await sleep(pauseMs, undefined, { signal });
  }
}

function ownedListeners(server: StartedServer, alive: readonly ProcessStat[], wanted: Wanted) {
  const listeners = listenersAt(wanted);
  const inodes = new Set(listeners.map(({ inode }) => inode));
  const held = new Set(
    alive.flatMap(({ pid }) => {
      const found = findInodes(pid, inodes);
      return typeof found === 'string' ? [] : [...found];
    }),
  );
  const isEscaped = held.size === 0 && server.exit?.status === 0 && adoptEscaped(server);
  return { owned: listeners.filter(({ inode }) => held.has(inode)), isEscaped };
}

/** Whoever listens since then, wherever, and runs our program is ours, even without a mark. */
function adoptEscaped(server: StartedServer): boolean {
  const inodes = new Set(listenersAt(ANYWHERE).map(({ inode }) => inode));
  const holders = [...new Set([...findHolders(inodes).byInode.values()].flat())];
  return holders.filter(pid => server.adoptIfSame(pid)).length > 0;
}

function listenersAt({ port, unix }: Wanted): readonly Listener[] {
  if (unix !== undefined) return listUnixListeners('self', unix);
  const all = listTcpListeners('self');
  return port === undefined ? all : all.filter(listener => listener.port === port);
}

function solePort(server: StartedServer, wanted: Wanted): number {
  const ports = portsOf(ownedListeners(server, server.look(), wanted).owned);
  const [port] = ports;
  if (port === undefined || ports.length > 1) throw severalPorts(server, ports);
  return port;
}

function portsOf(listeners: readonly Listener[]): number[] {
  const ports = listeners.flatMap(listener => (listener.transport === 'tcp' ? [listener.port] : []));
  return [...new Set(ports)].sort((a, b) => a - b);
}

/** Until processes, threads and descriptors have not changed for a moment: what comes later counts as growth. */
async function untilAtRest(server: StartedServer, signal: AbortSignal): Promise<void> {
  const startedAtMs = performance.now();
  let seen = '';
  let sinceMs = startedAtMs;
  while (performance.now() - sinceMs < STILL_MS && performance.now() - startedAtMs < MOST_REST_MS) {
    const now = server
      .look()
      .map(({ pid, cpuTicks }) => `${pid} ${countFds(pid)} ${cpuTicks}`)
      .join();
    if (now !== seen) sinceMs = performance.now();
    seen = now;
    await sleep(10, undefined, { signal });
  }
}

const ANYWHERE: Wanted = { port: undefined, unix: undefined };
const VANISH_MS = 100;
const STILL_MS = 100;
const MOST_REST_MS = 3_000;
