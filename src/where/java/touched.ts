import { readTcpRows } from '../../proc/sockets.js';
import type { Target } from '../../target/target.js';
import type { Place } from '../found.js';
import type { Sources } from '../source.js';
import type { SocketEvent } from './recording.js';
import type { JavaSourceFiles } from './source-files.js';
import { ownFrames } from './thread-print.js';

/** The ports of the clients whose connections the server still has. One that was reset is in no table of the kernel. */
export function keptPorts({ endpoint, servedIn }: Target): ReadonlySet<number> {
  if (endpoint.transport !== 'tcp') return new Set();
  const { port } = endpoint;
  const rows = readTcpRows(servedIn, ['tcp', 'tcp6'], port);
  return new Set(rows.filter(({ localPort }) => localPort === port).map(({ remotePort }) => remotePort));
}

/** By which call of which line each connection was touched last that is still there. */
export function touchedLast(
  events: readonly SocketEvent[],
  kept: ReadonlySet<number>,
  files: JavaSourceFiles,
  sources: Sources,
): Place[] {
  const last = new Map(events.map(event => [event.port, event]));
  const ways = new Map<string, SocketEvent[]>();
  for (const event of last.values()) {
    if (!kept.has(event.port) || !ownFrames(event).isOwn) continue;
    const way = keyOf(event);
    ways.set(way, [...(ways.get(way) ?? []), event]);
  }
  return [...ways.values()]
    .sort((one, other) => other.length - one.length)
    .slice(0, MOST_WAYS)
    .flatMap(([event, ...more]) => {
      if (!event) return [];
      const frames = ownFrames(event).own.map(({ className, method, file, line }) =>
        sources.frame({
          function: `${className}.${method}`,
          file: files.pathOf({ className, file }),
          line,
          at: '',
        }),
      );
      return {
        count: 1 + more.length,
        of: last.size,
        what: 'connection',
        made: null,
        last: { call: event.call, result: event.result, frames },
        letGo: null,
        kept: [],
      };
    });
}

function keyOf({ call, result, frames }: SocketEvent): string {
  const lines = frames.map(({ className, method, line }) => `${className}.${method}:${line}`);
  return [call, result.replace(/^[1-9]\d*$/, 'some'), ...lines].join('\n');
}

const MOST_WAYS = 3;
