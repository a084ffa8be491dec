import { diff } from 'heap-snapshot-toolkit';
import { type Heap, type HeapNode, isTold, nodesOf } from './heap-snapshot.js';
import { type Keeper, keeperOf } from './keeper.js';

/** Objects of one class that have come and that the same things keep. */
export interface Growth {
  /** One of them, which little stands between and the roots. */
  readonly sample: HeapNode;
  /** Where it is written, if it is a function. */
  readonly location: ReturnType<Heap['getLocation']>;
  readonly keeper: Keeper | undefined;
  readonly count: number;
  /** Of all of them together. */
  readonly shallowBytes: number;
  /** The same, with all that goes when they go. */
  readonly retainedBytes: number;
  /** It was there before, and has become larger by those bytes. */
  readonly isGrown: boolean;
}

/**
 * What the second of two snapshots has more of, the most bytes first. Of objects that hold each other only the outermost
 * are told: a session, and not its strings.
 */
export async function growthBetween(first: Heap, second: Heap): Promise<Growth[]> {
  const classes: ClassDiff[] = Object.values(await diff(first, second));
  const added = new Set(classes.flatMap(({ addedIndexes }) => addedIndexes));
  const groups = new Map<string, Member[]>();
  for (const { addedIndexes, countDelta } of classes) {
    if (countDelta <= 0) continue;
    for (const index of addedIndexes) {
      const node = second.createNode(index);
      const outermost = isTold(node) ? outermostOf(node, added, second) : undefined;
      if (!outermost) continue;
      const location = node.type() === 'closure' ? second.getLocation(index) : null;
      const keeper = keeperOf(second, outermost);
      const key = JSON.stringify([node.className(), location, keeper?.path, keeper?.at]);
      const members = groups.get(key) ?? [];
      groups.set(key, members);
      members.push({ node, isOutermost: outermost === node, location, keeper });
    }
  }
  const grown = [...groups.values()].map(growthOf);
  return [...grown, ...grownInPlace(first, second)].sort(
    (one, other) => other.retainedBytes - one.retainedBytes,
  );
}

interface ClassDiff {
  readonly countDelta: number;
  readonly addedIndexes: readonly number[];
}

interface Member extends Pick<Growth, 'location' | 'keeper'> {
  readonly node: HeapNode;
  readonly isOutermost: boolean;
}

/** Where all but a few are held by another of their own, they are links of a chain, and each of them counts. */
function growthOf(all: readonly Member[]): Growth {
  const outermost = all.filter(({ isOutermost }) => isOutermost);
  const members = all.length > 10 * outermost.length ? all : outermost;
  const sample = members.reduce((best, member) =>
    member.node.distance() < best.node.distance() ? member : best,
  );
  return {
    sample: sample.node,
    location: sample.location,
    keeper: sample.keeper,
    count: members.length,
    shallowBytes: sum(members.map(({ node }) => node.selfSize())),
    retainedBytes: sum(outermost.map(({ node }) => node.retainedSize())),
    isGrown: false,
  };
}

/** Of the added objects of the same class that keep it the last one, or itself; undefined where one of another class does. */
function outermostOf(node: HeapNode, added: ReadonlySet<number>, heap: Heap): HeapNode | undefined {
  let outermost = node;
  for (let index = node.dominatorIndex(); added.has(index); ) {
    const holder = heap.createNode(index);
    if (isTold(holder)) {
      if (holder.className() !== node.className()) return undefined;
      outermost = holder;
    }
    index = holder.dominatorIndex();
  }
  return outermost;
}

/** Numbers in an array, or in a map, are no objects of their own: only what holds them grows. */
function grownInPlace(first: Heap, second: Heap): Growth[] {
  const sizes = new Map<number, number>();
  for (const node of nodesOf(first)) if (isTold(node)) sizes.set(node.id(), node.selfSize());
  return nodesOf(second).flatMap(node => {
    const bytes = isTold(node) ? node.selfSize() - (sizes.get(node.id()) ?? Infinity) : 0;
    return bytes >= LEAST_GROWN_BYTES
      ? {
          ...{ sample: node, location: null, keeper: keeperOf(second, node) },
          ...{ count: 1, shallowBytes: bytes, retainedBytes: bytes, isGrown: true },
        }
      : [];
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

const LEAST_GROWN_BYTES = 512;
