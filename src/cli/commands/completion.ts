import { ChurnError } from '../../errors.js';
import { VERSION } from '../../version.js';
import type { Io } from '../io.js';
import { bashCompletion } from '../shape/bash.js';
import { fishCompletion } from '../shape/fish.js';
import { manualPage } from '../shape/manual.js';
import type { Shape } from '../shape/shape.js';
import { zshCompletion } from '../shape/zsh.js';

const SHELLS: Readonly<Record<string, (program: Shape) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/** `churn completion SHELL`: a script for that shell, made of the options that there are. */
export function completionCommand(io: Io, program: Shape, shell: string): number {
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
export function manualCommand(io: Io, program: Shape): number {
  io.stdout.write(manualPage(program, VERSION));
  return 0;
}
