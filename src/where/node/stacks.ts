import { fileURLToPath } from 'node:url';
import type { Inspector } from './inspector.js';

/** A function of the program on the stack of an allocation, by the place where it begins. */
export interface Maker {
  readonly name: string;
  readonly scriptId: string;
  readonly line: number;
  readonly column: number;
  readonly path: string;
  /** How many functions stand above it on the stack, the last of which it has called. */
  readonly depth: number;
}

/** One way through the code that has made what is still alive. */
export interface Stack {
  readonly liveBytes: number;
  /** Names of all functions, also those of Node: constructors are called as their class is. */
  readonly names: readonly string[];
  /** Innermost first. */
  readonly makers: readonly Maker[];
}

/**
 * Runs something while V8 notes the stacks of some of the allocations; those of what is still alive afterwards, by their bytes.
 * (Its tracking of each allocation would tell the very objects. But that is a full collection every 50 ms, and the stacks
 * of objects that were moved are lost: in 3 of 4 runs those of all.)
 */
export async function stacksOf(inspector: Inspector, work: () => Promise<void>): Promise<Stack[]> {
  await inspector.ask('HeapProfiler.startSampling', { samplingInterval: SAMPLED_BYTES });
  await work();
  const { profile } = await inspector.ask('HeapProfiler.stopSampling');
  const stacks: Stack[] = [];
  const visit = (node: ProfileNode, callers: readonly CallFrame[]): void => {
    const frames = [node.callFrame, ...callers];
    if (node.selfSize > 0)
      stacks.push({
        liveBytes: node.selfSize,
        names: frames.map(({ functionName }) => functionName),
        makers: makersAmong(frames, inspector),
      });
    for (const child of node.children) visit(child, frames);
  };
  visit((profile as { head: ProfileNode }).head, []);
  return stacks
    .filter(({ makers }) => makers.length > 0)
    .sort((one, other) => other.liveBytes - one.liveBytes);
}

interface CallFrame {
  readonly functionName: string;
  readonly scriptId: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

interface ProfileNode {
  readonly callFrame: CallFrame;
  readonly selfSize: number;
  readonly children: readonly ProfileNode[];
}

/** Functions of the program alone; those of packages only where there are no others. */
function makersAmong(frames: readonly CallFrame[], inspector: Inspector): Maker[] {
  const all = frames.flatMap(({ functionName: name, scriptId, lineNumber, columnNumber }, index) => {
    const path = pathOf(scriptId, inspector);
    return path === undefined || lineNumber < 0
      ? []
      : [{ name, scriptId, line: lineNumber + 1, column: columnNumber + 1, path, depth: index }];
  });
  const own = all.filter(({ path }) => !path.includes('/node_modules/'));
  return own.length > 0 ? own : all;
}

/** The file of a script of the program; undefined for one of Node itself. */
export function pathOf(scriptId: number | string, inspector: Inspector): string | undefined {
  const url = inspector.scriptUrl(scriptId);
  return url?.startsWith('file:') ? fileURLToPath(url) : url;
}

const SAMPLED_BYTES = 256;
