import { fileURLToPath } from 'node:url';
import type { Frame, Place } from '../found.js';
import type { Sources } from '../source.js';
import type { FunctionPlace, Inspector } from './inspector.js';

/** One socket that the server has: its descriptor, its state, and which of the functions listen to what. */
interface Handle {
  readonly fd: number;
  readonly name: string;
  readonly state: Readonly<Record<string, boolean>>;
  /** By the number of the function: what it listens to. */
  readonly listeners: ReadonlyArray<readonly [event: string, index: number]>;
  /** Functions that are given each connection by the server. */
  readonly acceptedBy: readonly number[];
}

/** Descriptors of the sockets that a server has. */
export async function socketNumbers(inspector: Inspector): Promise<ReadonlySet<number>> {
  const { value } = await inspector.evaluate(`${SOCKETS}.map(socket => socket._handle.fd)`, true);
  return new Set(value as number[]);
}

/** Those that have come since, by the lines of code that listen to them and by how far they have ended. */
export async function socketsSince(
  before: ReadonlySet<number>,
  inspector: Inspector,
  sources: Sources,
): Promise<Place[]> {
  const told = await inspector.evaluate(TOLD, false);
  const [text, list] = await inspector.elements(told);
  const handles = (JSON.parse(String(text?.value)) as Handle[]).filter(({ fd }) => !before.has(fd));
  const functions = await inspector.elements(list ?? {});
  const needed = new Set(
    handles.flatMap(({ listeners, acceptedBy }) => [...listeners.map(([, index]) => index), ...acceptedBy]),
  );
  const places = new Map<number, FunctionPlace>();
  for (const index of needed) {
    const found = functions[index] && (await inspector.placeOf(functions[index]));
    if (found) places.set(index, found);
  }
  const groups = new Map<string, Handle[]>();
  for (const handle of handles) {
    const where = handle.listeners.map(([event, index]) => `${event} ${JSON.stringify(places.get(index))}`);
    const key = JSON.stringify([handle.name, handle.state, where]);
    groups.set(key, [...(groups.get(key) ?? []), handle]);
  }
  return [...groups.values()]
    .sort((one, other) => other.length - one.length)
    .slice(0, MOST_GROUPS)
    .flatMap(([first, ...more]) =>
      first ? placeOf(first, 1 + more.length, handles.length, places, sources) : [],
    );
}

function placeOf(
  { name, state, listeners, acceptedBy }: Handle,
  count: number,
  of: number,
  places: ReadonlyMap<number, FunctionPlace>,
  sources: Sources,
): Place {
  const frameOf = (index: number): Frame[] => {
    const place = places.get(index);
    if (!place) return [];
    const file = place.url.startsWith('file:') ? fileURLToPath(place.url) : place.url;
    return [sources.frame({ function: place.name, file, line: place.line, at: '' })];
  };
  const own = listeners.flatMap(([event, index]) => frameOf(index).map(frame => ({ event, frame })));
  // What waits for the end or the bytes says more than what listens to errors.
  const [first, ...others] = own.sort((one, other) => rank(one.event) - rank(other.event));
  const accepted = acceptedBy.flatMap(frameOf);
  return {
    count,
    of,
    what: name === 'Socket' ? 'connection' : name,
    made: accepted.length > 0 ? { call: 'accept', result: '', frames: accepted } : null,
    last: first ? { call: `listener of '${first.event}'`, result: '', frames: [first.frame] } : null,
    letGo: null,
    kept: [
      ...others.map(
        ({ event, frame }) =>
          `and its listener of '${event}' in ${frame.function} (${frame.file}:${frame.line})`,
      ),
      `${Object.entries(state)
        .map(([flag, is]) => `${flag} ${is}`)
        .join(', ')}${adviceFor(state)}`,
    ],
  };
}

function rank(event: string): number {
  const at = TELLING.indexOf(event);
  return at < 0 ? TELLING.length : at;
}

const TELLING = ['end', 'data', 'readable', 'close', 'timeout'];

/** What the state of a socket says of the bug. */
function adviceFor({ readableEnded, writableEnded, allowHalfOpen, destroyed }: Handle['state']): string {
  if (readableEnded && !writableEnded && allowHalfOpen)
    return ': with allowHalfOpen the program has to end its own side, and nobody called end()';
  if (!readableEnded && !destroyed) return ": nobody reads it to its end, so 'end' does not come";
  return '';
}

const SOCKETS = `globalThis["process"]._getActiveHandles().filter(handle => handle && handle._handle && handle._handle.fd >= 0 && typeof handle.destroy === 'function' && typeof handle.listeners === 'function' && 'allowHalfOpen' in handle)`;

/** Two elements: what there is, as JSON, and the functions that it names by their numbers. Nothing of the server changes. */
const TOLD = `(() => {
  const functions = [];
  const number = value => { const at = functions.indexOf(value); return at >= 0 ? at : functions.push(value) - 1; };
  const told = ${SOCKETS}.slice(-1000).map(socket => ({
    fd: socket._handle.fd,
    name: socket.constructor.name,
    state: { readableEnded: socket.readableEnded, writableEnded: socket.writableEnded, allowHalfOpen: socket.allowHalfOpen, destroyed: socket.destroyed },
    listeners: socket.eventNames().filter(event => typeof event === 'string').flatMap(event => socket.listeners(event).map(listener => [event, number(listener)])),
    acceptedBy: socket.server ? ['request', 'connection'].flatMap(event => socket.server.listeners(event).map(number)) : [],
  }));
  return [JSON.stringify(told), functions];
})()`;
const MOST_GROUPS = 3;
