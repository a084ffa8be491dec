import { fileURLToPath } from 'node:url';
import { compileOnce } from '../compile-once.js';

const sourceOf = (name: string) =>
  fileURLToPath(new URL(`../../../../test/servers/life/${name}.c`, import.meta.url));

/** Path of the server with a bad life. */
export function compileLife(...flags: readonly string[]): Promise<string> {
  return compileOnce('life', [sourceOf('life')], flags);
}

/** Path of the server that closes late. */
export function compileLate(): Promise<string> {
  return compileOnce('late', [sourceOf('late')]);
}

/** Path of the server that opens its listener again, or executes itself, in the middle of its life. */
export function compileTurns(): Promise<string> {
  return compileOnce('turns', [sourceOf('turns')]);
}

/** Path of the server whose first thread has ended. */
export function compileHeadless(): Promise<string> {
  return compileOnce('headless', [sourceOf('headless')]);
}
