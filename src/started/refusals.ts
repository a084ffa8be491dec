import { ChurnError } from '../errors.js';
import { exitWords } from '../exit-words.js';
import { readStat } from '../proc/process.js';
import { formatDuration } from '../units.js';
import type { StartedServer } from './server.js';
import type { Wanted } from './wanted.js';

/** Why a server that was started cannot be tried. Each with the end of what it wrote. */
export function deadAtStart(server: StartedServer, wanted: Wanted, afterMs: number): ChurnError {
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

export function notReady(
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

export function severalPorts(server: StartedServer, ports: readonly number[]): ChurnError {
  return new ChurnError(
    'ambiguous-target',
    `${nameOf(server)} listens on several ports: ${ports.join(', ')}.`,
    `Choose the one to judge: --port ${ports[0]}`,
    server.output.lastLines(LINES),
  );
}

export function portTaken(port: number, pids: readonly number[]): ChurnError {
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
