import { ChurnError } from '../../errors.js';
import { renderClients, renderClientsJson } from '../../report/clients.js';
import { drawExplanation, drawKinds } from '../../report/wording/explain/draw.js';
import { ALL_KINDS } from '../../verdict/kinds.js';
import { VERSION } from '../../version.js';
import { type Io, widthOf } from '../io.js';
import { bashCompletion, fishCompletion, zshCompletion } from '../shape/completions.js';
import { manualPage } from '../shape/manual.js';
import type { CommandShape } from '../shape/shape.js';

/** `churn clients`: what each behaviour does, drawn. */
export function clientsCommand(io: Io, { json }: { readonly json?: boolean }): number {
  io.stdout.write(json ? renderClientsJson() : renderClients(widthOf(io)));
  return 0;
}

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

const SHELLS: Readonly<Record<string, (program: CommandShape) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/** `churn completion SHELL`: a script for that shell, made of the options that there are. */
export function completionCommand(io: Io, program: CommandShape, shell: string): number {
  const draw = SHELLS[shell];
  if (!draw) {
    throw new ChurnError(
      'usage',
      `There is no completion for ${JSON.stringify(shell)}.`,
      `There is one for ${Object.keys(SHELLS).join(', ')}.`,
    );
  }
  io.stdout.write(draw(program));
  return 0;
}

/** `churn manual`: the manual page, for man(1). */
export function manualCommand(io: Io, program: CommandShape): number {
  io.stdout.write(manualPage(program, VERSION));
  return 0;
}
