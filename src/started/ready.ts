import { setTimeout as sleep } from 'node:timers/promises';
import { ChurnError } from '../errors.js';
import { exitWords } from '../exit-words.js';
import { countFds, findInodes } from '../proc/fds.js';
import { findHolders } from '../proc/holders.js';
import type { ProcessStat } from '../proc/parse/process-stat.js';
import { readStat } from '../proc/process.js';
import { type Listener, listTcpListeners, listUnixListeners } from '../target/listener.js';
import { formatDuration } from '../units.js';
import type { Wanted } from './limits.js';
import type { StartedServer } from './server.js';

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
  while (performance.now() - sinceMs < STILL_MS && performance.now() - startedAtMs < MAX_REST_MS) {
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
const MAX_REST_MS = 3_000;

/** Why a server that was started cannot be tried. Each with the end of what it wrote. */
function deadAtStart(server: StartedServer, wanted: Wanted, afterMs: number): ChurnError {
  const { signal, status } = server.exit ?? {};
  const name = nameOf(server);
  const lines = server.output.lastLines(LINES);
  return new ChurnError(
    'died-at-start',
    status === 0
      ? `${name} ended after ${formatDuration(afterMs)} with exit status 0, before it listened on ${placeOf(wanted)}, and left nothing running.`
      : `${name} died at start, after ${formatDuration(afterMs)}, before it listened on ${placeOf(wanted)}: ${exitWords({ signal, status })}.`,
    status === 0
      ? 'The command behind -- must stay in the foreground as long as it serves.'
      : hintFrom(lines),
    lines,
  );
}

function hintFrom(lines: readonly string[]): string {
  return lines.some(line => /EADDRINUSE|address already in use/i.test(line))
    ? 'Its address is in use: connections of an earlier server are still in TIME_WAIT there, so set SO_REUSEADDR before bind().'
    : 'Run the command by hand; what it wrote last stands below, all of it goes to --server-log FILE.';
}

function notReady(
  server: StartedServer,
  wanted: Wanted,
  readyMs: number,
  elsewhere: readonly number[],
): ChurnError {
  const [port] = elsewhere;
  return new ChurnError(
    'not-ready',
    `${nameOf(server)} did not listen on ${placeOf(wanted)} within ${formatDuration(readyMs)}.`,
    port === undefined
      ? 'It listens nowhere yet: give it longer with --ready-timeout 60s, or see what it waits for with --server-log FILE.'
      : `It listens on port ${elsewhere.join(', ')}: name that with --port ${port}, or leave --port out.`,
    server.output.lastLines(LINES),
  );
}

function severalPorts(server: StartedServer, ports: readonly number[]): ChurnError {
  return new ChurnError(
    'ambiguous-target',
    `${nameOf(server)} listens on several ports: ${ports.join(', ')}.`,
    `Choose the one to judge: --port ${ports[0]}`,
    server.output.lastLines(LINES),
  );
}

function portTaken(port: number, pids: readonly number[]): ChurnError {
  const who = [...new Set(pids)].map(pid => `${pid} (${readStat(pid)?.comm ?? '?'})`).join(', ');
  return new ChurnError(
    'port-taken',
    `Port ${port} is taken already${who === '' ? '' : `, by process ${who}`}.`,
    `Stop that server, or judge it as it runs: churn --port ${port}. Or let churn pick a port: --port auto -- ./server --port {port}`,
  );
}

function placeOf({ port, unix }: Wanted): string {
  if (unix !== undefined) return `the Unix socket ${unix}`;
  return port === undefined ? 'any TCP port' : `port ${port}`;
}

function nameOf({ command }: StartedServer): string {
  return command[0] ?? 'The server';
}

const LINES = 10;
