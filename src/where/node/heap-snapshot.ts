import type { ReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { parse } from 'heap-snapshot-toolkit';

/** A heap, read by the code of the DevTools: nodes with their dominators, and edges in both directions. */
export type Heap = Awaited<ReturnType<typeof parse>>;
export type HeapNode = ReturnType<Heap['createNode']>;

/** @throws Error for what is no snapshot. */
export function parseHeap(chunks: readonly string[]): Promise<Heap> {
  return parse(Readable.from(chunks) as ReadStream);
}

/** All of its nodes. */
export function nodesOf(heap: Heap): HeapNode[] {
  return Array.from({ length: heap.nodeCount }, (_, ordinal) =>
    heap.createNode(ordinal * heap.nodeFieldCount),
  );
}

/** Something that the program has made, and not what the engine needs to run it; the bytes of a Buffer count as its own. */
export function isTold(node: HeapNode): boolean {
  return TOLD.has(node.type()) && (node.type() !== 'object' || !/^(system|Node) \//.test(node.rawName()));
}

/** What the program has alive, without its code and what the engine notes of it: that changes with no leak. */
export function programBytes(heap: Heap): number {
  return nodesOf(heap).reduce((sum, node) => sum + (ENGINES_OWN.has(node.type()) ? 0 : node.selfSize()), 0);
}

const TOLD = new Set([
  'object',
  'closure',
  'string',
  'concatenated string',
  'sliced string',
  'regexp',
  'number',
  'symbol',
  'bigint',
]);
const ENGINES_OWN = new Set(['hidden', 'code', 'object shape', 'synthetic']);
