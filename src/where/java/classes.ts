import { type Census, censusOf } from '../growth.js';

/** The live objects of each class, of the answers to GC.class_histogram. */
export function parseHistogram(text: string): Census {
  return censusOf(
    [...text.matchAll(ROW)].map(([, count, bytes, name = '', module = '']) => [
      `${classNameOf(name)}${OF_THE_JDK.test(module) ? ` (${JDK})` : ''}`,
      { count: Number(count), bytes: Number(bytes) },
    ]),
  );
}

/** Whether a class comes with the JDK, or is an array of bytes and the like: what the program's own classes are made of. */
export function isOfTheJdk(name: string): boolean {
  return name.endsWith(`(${JDK})`) || isJdkName(name) || /^[a-z]+(\[\])+$/.test(name);
}

/** By the name, which is all that a JDK before 9 tells. */
export function isJdkName(name: string): boolean {
  return /^(java|javax|jdk|sun|com\.sun|com\.oracle)\./.test(name);
}

/** "[Ljava.lang.String;" is java.lang.String[], "[[B" is byte[][]. */
function classNameOf(name: string): string {
  const [, dimensions = '', primitive = '', element = name] =
    /^(\[+)(?:([BCDFIJSZ])|L(.+);)$/.exec(name) ?? [];
  return `${PRIMITIVES[primitive] ?? element}${'[]'.repeat(dimensions.length)}`;
}

const PRIMITIVES: Readonly<Record<string, string>> = {
  B: 'byte',
  C: 'char',
  D: 'double',
  F: 'float',
  I: 'int',
  J: 'long',
  S: 'short',
  Z: 'boolean',
};
/** "   1:         12345         987654  [B (java.base@17.0.15)" */
const ROW = /^ *\d+: +(\d+) +(\d+) +(\S+)(?: +\((\S+)\))?$/gm;
const OF_THE_JDK = /^(java|jdk)\./;
const JDK = 'JDK';
