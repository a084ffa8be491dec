import type { ProcessStat } from '../proc/parse/process-stat.js';
import { listTcpListeners } from '../target/listener.js';
import { signalProcess, untilGone } from './end.js';
import { headsOf, isWrapper } from './heads.js';
import type { Exit, StartedServer } from './server.js';

/** How a started server came to its end. */
export interface Stopped {
  /** It was gone before it was asked; ended after SIGTERM; had to be killed. */
  readonly how: 'itself' | 'term' | 'kill';
  /** Of the command that was started. */
  readonly exit: Exit | undefined;
  /** What it was asked with. */
  readonly asked: StopSignal;
  readonly tookMs: number;
  /** Processes that outlived the one that was asked to stop. */
  readonly leftBehind: readonly Pick<ProcessStat, 'pid' | 'comm'>[];
  /** Nobody listens on its port any more; undefined where it had none. */
  readonly portFree: boolean | undefined;
  /** Pids that even SIGKILL has not ended: none. */
  readonly survivors: readonly number[];
}

export type StopSignal = 'SIGTERM' | 'SIGINT';

/**
 * SIGTERM, or what else it is known to listen to, to the process that was started, or to what it left in the background; the rest of the family has to follow.
 * Whoever does not gets SIGTERM too, and SIGKILL after the grace time. Nothing lives when this resolves.
 */
export async function stopServer(
  server: StartedServer,
  port: number | undefined,
  graceMs: number,
  name: StopSignal = 'SIGTERM',
): Promise<Stopped> {
  const startedAtMs = performance.now();
  const leftMs = () => Math.max(0, graceMs - (performance.now() - startedAtMs));
  const alive = server.look();
  const asked = headsOf(server, alive);
  // What waits for the server ends after it, as it may.
  const wrappers = alive.filter(isWrapper);
  const wasGone = server.exit !== undefined && alive.length === 0;
  for (const stat of asked) signalProcess(stat, name, server.world.kill);
  await untilTheseAreGone(server, asked, graceMs);
  const tookMs = performance.now() - startedAtMs;
  const killed = server.look().some(isOneOf(asked));
  const leftBehind = killed ? [] : await untilGone(server.family, Math.min(FOLLOW_MS, leftMs()));
  for (const stat of leftBehind) signalProcess(stat, 'SIGTERM', server.world.kill);
  if (leftBehind.length > 0) await untilGone(server.family, leftMs());
  const survivors = await server.killRest();
  return {
    how: wasGone ? 'itself' : killed ? 'kill' : 'term',
    exit: server.exit,
    asked: name,
    tookMs,
    leftBehind: leftBehind.filter(stat => !isOneOf(wrappers)(stat)).map(({ pid, comm }) => ({ pid, comm })),
    portFree: port === undefined ? undefined : readListenersOn(port) === 0,
    survivors,
  };
}

async function untilTheseAreGone(
  server: StartedServer,
  asked: readonly ProcessStat[],
  graceMs: number,
): Promise<void> {
  await untilGone({ look: () => server.look().filter(isOneOf(asked)) }, graceMs);
}

function isOneOf(asked: readonly ProcessStat[]): (stat: ProcessStat) => boolean {
  return ({ pid, startTicks }) => asked.some(one => one.pid === pid && one.startTicks === startTicks);
}

/** So long a family may take to notice that its head is gone. */
const FOLLOW_MS = 500;

/** How many sockets listen on a port now, whoever they belong to. */
function readListenersOn(port: number): number {
  return listTcpListeners('self').filter(listener => listener.port === port).length;
}
