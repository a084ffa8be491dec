import type { RawOptions } from '../options.js';
import { escapeText } from '../report/escape.js';
import type { Task } from './conversation.js';

/** The command line that would make the same run, so that a report says how to. */
export function asArguments(story: Task['do'], { command, ...raw }: RawOptions): string[] {
  const options = Object.entries(raw).flatMap(([name, value]) => {
    const option = `--${name.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`;
    if (name === 'confirm') return value === false ? ['--no-confirm'] : [];
    if (typeof value === 'boolean') return value ? [option] : [];
    // The text of certificates is no name of a file.
    if (name === 'ca') return [option, 'ca.pem'];
    return [value].flat().flatMap(one => [option, String(one)]);
  });
  return [
    ...(story === 'run' ? [] : [story]),
    ...options,
    ...(command === undefined ? [] : ['--', ...command]),
  ].map(escapeText);
}
