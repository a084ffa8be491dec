import type { Found, LetGo, Place } from '../found.js';
import type { Sources } from '../source.js';
import { keyOf, touchOf } from './frames.js';
import type { Life } from './replay.js';
import type { Symbols } from './symbols.js';
import type { Call } from './trace.js';

/**
 * Puts together what went the same way: made at one place, and last touched at another. Beside those that were kept stand
 * those that were made at the same place and let go.
 */
export function placesOf(lives: readonly Life[], symbols: Symbols, sources: Sources): Found {
  const kept = lives.filter(({ ended }) => ended === undefined);
  const ways = groupBy(
    kept,
    life => `${origin(life, symbols)}\n\n${life.last ? keyOf(life.last, symbols) : ''}`,
  );
  const told = ways.slice(0, MOST_WAYS).map(way => placeOf(way, lives, symbols, sources));
  const more = ways.slice(MOST_WAYS).reduce((sum, way) => sum + way.length, 0);
  return {
    places: told,
    remarks: [
      ...(kept.length === 0
        ? [
            `Of ${lives.length} that were made while the server was traced all were let go: none of them was forgotten.`,
          ]
        : []),
      ...(more > 0 ? [`${more} more went ${ways.length - MOST_WAYS} other ways.`] : []),
      ...(symbols.missing ? [symbols.missing] : []),
      ...(told.length > 0 && told.every(hasNoLine) ? [NO_LINES] : []),
    ],
  };
}

function placeOf(way: readonly Life[], lives: readonly Life[], symbols: Symbols, sources: Sources): Place {
  const [life = {} as Life] = way;
  const { made, last } = life;
  const key = origin(life, symbols);
  const alike = lives.filter(other => origin(other, symbols) === key);
  return {
    count: way.length,
    of: alike.length,
    what: whatOf(way),
    made: touchOf(made, symbols, sources),
    last: last ? touchOf(last, symbols, sources) : null,
    letGo: letGoOf(alike, symbols, sources),
    kept: [],
  };
}

function origin({ made, isInherited }: Life, symbols: Symbols): string {
  return `${isInherited}\n${keyOf(made, symbols)}`;
}

/** The way of most of those that were let go. */
function letGoOf(alike: readonly Life[], symbols: Symbols, sources: Sources): LetGo | null {
  const ended = alike.filter(({ ended }) => ended !== undefined);
  const [most] = groupBy(ended, ({ last, ended }) =>
    [last, ended].map(call => (call && call !== 'exit' ? keyOf(call, symbols) : '')).join('\n\n'),
  );
  const first = most?.[0];
  if (!most || !first) return null;
  const touch = (call: Call | 'exit' | undefined) =>
    call === undefined || call === 'exit'
      ? { call: 'exit', result: '', frames: [] }
      : touchOf(call, symbols, sources);
  return { count: most.length, before: first.last ? touch(first.last) : null, by: touch(first.ended) };
}

/** What they are, in a word; where they are files, their paths. */
function whatOf(way: readonly Life[]): string {
  const [first] = way;
  if (first === undefined) return '';
  if (first.kind === 'child') return 'child process';
  if (first.kind === 'thread') return 'thread';
  if (first.kind === 'mapping') {
    const bytes = Number(first.made.args.split(', ')[1]);
    return /MAP_STACK/.test(first.made.args) ? 'stack of a thread' : `mapping of ${bytes} bytes`;
  }
  const names = [...new Set(way.map(({ is }) => is))];
  const sorts = [...new Set(names.map(is => sortOf(is, first.made.name)))];
  const some = sorts.length <= MOST_NAMES ? sorts.join(', ') : `${sorts.slice(0, MOST_NAMES).join(', ')}, …`;
  return first.isInherited ? `${some}, a copy that a child has inherited,` : some;
}

function sortOf(is: string, call: string): string {
  if (call.startsWith('accept')) return 'connection';
  if (call === 'socket') return is.startsWith('socket:') ? 'socket' : `socket to ${is}`;
  const anonymous = /^anon_inode:\[?(\w+)\]?/.exec(is)?.[1];
  if (anonymous) return anonymous;
  if (/^(pipe|socket):\[/.test(is)) return is.replace(/:.*/, '');
  return is.startsWith('/') ? `file ${is}` : is || 'descriptor';
}

/** Groups with the largest first. */
function groupBy(lives: readonly Life[], keyOfLife: (life: Life) => string): Life[][] {
  const groups = new Map<string, Life[]>();
  for (const life of lives) {
    const key = keyOfLife(life);
    const group = groups.get(key);
    if (group) group.push(life);
    else groups.set(key, [life]);
  }
  return [...groups.values()].sort((one, other) => other.length - one.length);
}

function hasNoLine({ made, last }: Place): boolean {
  return [made, last].every(touch => (touch?.frames ?? []).every(({ line }) => line === null));
}

const NO_LINES =
  'The server was built without debug information, so no lines can be told: compile it with -g, and do not strip it.';
const MOST_WAYS = 3;
const MOST_NAMES = 3;
