import type { Heap, HeapNode } from './heap-snapshot.js';

/** What keeps an object, in the words of the program, and where to look for that. */
export interface Keeper {
  /** "Map `sessions`", "Array `data` of Object `_events` of EventEmitter `bus`" */
  readonly path: string;
  /** The name by which it is mentioned where the object is put there. */
  readonly name: string | undefined;
  readonly at: DeclaredAt | undefined;
  /** What lies on the way: none of it is a leak of its own. */
  readonly passed: ReadonlySet<number>;
}

/** The script of a variable, or the very place of a function. Line and column are counted from 1. */
export interface DeclaredAt {
  readonly scriptId: number;
  readonly variable: string | undefined;
  readonly function: string | undefined;
  readonly line: number;
  readonly column: number;
}

/** The shortest way from the roots to an object, told from its end: up to the first variable that a function can see. */
export function keeperOf(heap: Heap, object: HeapNode): Keeper | undefined {
  const own = NODES_OWN[object.className()];
  if (own !== undefined) return { path: own, name: undefined, at: undefined, passed: new Set() };
  const words: string[] = [];
  const names: string[] = [];
  const passed = new Set<number>();
  let node = object;
  for (let step = 0; step < MOST_STEPS; step++) {
    const edge = nearestRetainer(heap, node, passed);
    if (!edge) break;
    const { holder, type, name } = edge;
    const subject = node === object ? '' : titleOf(node);
    passed.add(holder.nodeIndex);
    if (type === 'context') {
      const script = scriptOf(heap, holder);
      words.push(`${subject} \`${name}\``.trim());
      const at = script && { ...script, variable: name, function: undefined };
      return { path: words.join(' of '), name: names[0] ?? name, at, passed };
    }
    if (type === 'property') {
      words.push(`${subject} \`${name}\``.trim());
      names.push(name);
      const place = holder.type() === 'closure' ? heap.getLocation(holder.nodeIndex) : null;
      if (place) {
        words.push(`function \`${holder.name()}\``);
        const at = { ...placeIn(place), variable: undefined, function: holder.name() };
        return { path: words.join(' of '), name: names[0], at, passed };
      }
    } else if (subject !== '' && isNamed(node)) words.push(subject);
    if (holder.distance() <= 1) break;
    node = holder;
  }
  const path = words
    .filter((word, index) => word !== words[index - 1])
    .slice(0, MOST_WORDS)
    .join(' of ');
  return path === '' ? undefined : { path, name: names[0], at: undefined, passed };
}

interface Retainer {
  readonly holder: HeapNode;
  readonly type: string;
  readonly name: string;
}

function nearestRetainer(heap: Heap, node: HeapNode, passed: ReadonlySet<number>): Retainer | undefined {
  let best: Retainer | undefined;
  for (const iterator = node.retainers(); iterator.hasNext(); iterator.next()) {
    const edge = iterator.item();
    const holder = heap.createNode(edge.nodeIndex());
    if (edge.type() === 'weak' || passed.has(holder.nodeIndex) || holder.distance() < 0) continue;
    const retainer = { holder, type: edge.type(), name: String(edge.name()) };
    if (!best || distanceOf(retainer) < distanceOf(best)) best = retainer;
  }
  return best;
}

/** Of ways that are as long the one with a name is told. */
function distanceOf({ holder, type }: Retainer): number {
  return holder.distance() + (type === 'context' ? 0 : type === 'property' ? 0.25 : 0.5);
}

/** The script of the functions that see a context, be it directly or from within. */
function scriptOf(
  heap: Heap,
  context: HeapNode,
): Pick<DeclaredAt, 'scriptId' | 'line' | 'column'> | undefined {
  const queue = [context];
  const seen = new Set<number>();
  for (const current of queue) {
    for (const iterator = current.retainers(); iterator.hasNext(); iterator.next()) {
      const edge = iterator.item();
      const holder = edge.node();
      if (seen.has(holder.nodeIndex) || seen.size > MOST_SEEN) continue;
      seen.add(holder.nodeIndex);
      const place = holder.type() === 'closure' ? heap.getLocation(holder.nodeIndex) : null;
      if (place) return placeIn(place);
      if (edge.name() === 'previous') queue.push(heap.createNode(holder.nodeIndex));
    }
  }
  return undefined;
}

export function placeIn({
  scriptId,
  lineNumber,
  columnNumber,
}: {
  readonly scriptId: number;
  readonly lineNumber: number;
  readonly columnNumber: number;
}): Pick<DeclaredAt, 'scriptId' | 'line' | 'column'> {
  return { scriptId, line: lineNumber + 1, column: columnNumber + 1 };
}

/** What a reader calls a node: its class, and for what has none its kind. */
export function titleOf(node: HeapNode): string {
  if (node.type() === 'closure') return `function ${node.name() || '(anonymous)'}`;
  if (/string$/.test(node.type())) return 'string';
  const name = node.className();
  return name === 'FastBuffer' ? 'Buffer' : name.replace(/^\((.*)\)$/, '$1');
}

/** Tables and elements of the engine stand between a Map and its entries. */
function isNamed(node: HeapNode): boolean {
  return ['object', 'closure'].includes(node.type()) && !/^system \/|^\(/.test(node.rawName());
}

/** What Node itself keeps, in the words of those who use it. */
const NODES_OWN: Readonly<Record<string, string>> = {
  Timeout: 'the list of timers that run',
  Immediate: 'the list of timers that run',
};
const MOST_STEPS = 40;
const MOST_WORDS = 4;
const MOST_SEEN = 10_000;
