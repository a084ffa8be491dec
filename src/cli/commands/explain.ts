import { ChurnError } from '../../errors.js';
import { drawExplanation, drawKinds } from '../../report/wording/explain/draw.js';
import { KINDS } from '../../verdict/kinds.js';
import type { Io } from '../io.js';
import { widthOf } from '../width.js';

/** `churn explain [KIND]`: the long form of what a report says in a line; without a kind, the list of them. */
export function explainCommand(io: Io, name: string | undefined): number {
  if (name === undefined) {
    io.stdout.write(drawKinds(widthOf(io)));
    return 0;
  }
  const kind = KINDS.find(candidate => candidate === name.toLowerCase());
  if (!kind) {
    throw new ChurnError(
      'usage',
      `There is no kind of finding called ${JSON.stringify(name)}.`,
      `Did you mean ${closest(name)}? The kinds are: ${KINDS.join(', ')}.`,
    );
  }
  io.stdout.write(drawExplanation(kind, widthOf(io)));
  return 0;
}

/** The kind that begins like it ("fds", "mem", "zombies"), or else the commonest one. */
function closest(name: string): string {
  const word = name.toLowerCase();
  const alike = KINDS.find(kind => word !== '' && (kind.startsWith(word) || word.startsWith(kind)));
  return `churn explain ${alike ?? 'fd'}`;
}
