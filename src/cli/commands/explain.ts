import { ChurnError } from '../../errors.js';
import { drawExplanation, drawKinds } from '../../report/wording/explain/draw.js';
import { ALL_KINDS } from '../../verdict/kinds.js';
import type { Io } from '../io.js';
import { widthOf } from '../width.js';

/** `churn explain [KIND]`: the long form of what a report says in a line; without a kind, the list of them. */
export function explainCommand(io: Io, name: string | undefined): number {
  if (name === undefined) {
    io.stdout.write(drawKinds(widthOf(io)));
    return 0;
  }
  const kind = ALL_KINDS.find(candidate => candidate === name.toLowerCase());
  if (!kind) {
    throw new ChurnError(
      'usage',
      `There is no kind of finding called ${JSON.stringify(name)}.`,
      suggestion(name),
    );
  }
  io.stdout.write(drawExplanation(kind, widthOf(io)));
  return 0;
}

/** The kind that begins like it ("fds", "mem", "zombies"), and all of them. */
function suggestion(name: string): string {
  const word = name.toLowerCase();
  const alike = ALL_KINDS.find(kind => word !== '' && (kind.startsWith(word) || word.startsWith(kind)));
  const all = ALL_KINDS.join(', ');
  return alike
    ? `Did you mean churn explain ${alike}? The kinds are: ${all}.`
    : `Did you mean one of these? ${all}`;
}
