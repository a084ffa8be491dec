import assert from 'node:assert/strict';
import { test } from 'node:test';
import { colorLevel } from '../../src/cli/color.js';

type Env = Readonly<Record<string, string>>;

const LEVELS: ReadonlyArray<
  readonly [what: string, env: Env, isTTY: boolean, wanted: boolean, level: ReturnType<typeof colorLevel>]
> = [
  ['a terminal of no name', {}, true, true, 1],
  ['a plain terminal', { TERM: 'xterm' }, true, true, 1],
  ['a terminal of 256 colours', { TERM: 'xterm-256color' }, true, true, 2],
  ['a terminal of all colours', { TERM: 'xterm-256color', COLORTERM: 'truecolor' }, true, true, 3],
  ['a dumb terminal', { TERM: 'dumb', COLORTERM: 'truecolor' }, true, true, 0],
  ['a pipe', { TERM: 'xterm-256color', COLORTERM: 'truecolor' }, false, true, 0],
  ['a terminal, with --no-color', { TERM: 'xterm' }, true, false, 0],
  ['a terminal, with NO_COLOR', { NO_COLOR: '1', TERM: 'xterm' }, true, true, 0],
  ['a terminal, with an empty NO_COLOR', { NO_COLOR: '', TERM: 'xterm' }, true, true, 1],
  ['a terminal in CI', { CI: 'true', TERM: 'xterm' }, true, true, 0],
  ['a terminal that is said not to be in CI', { CI: 'false', TERM: 'xterm' }, true, true, 1],
  ['a terminal with an empty CI', { CI: '', TERM: 'xterm' }, true, true, 1],
  ['a pipe, forced', { FORCE_COLOR: '1' }, false, true, 1],
  ['a pipe, forced by an empty FORCE_COLOR', { FORCE_COLOR: '' }, false, true, 1],
  ['a pipe, forced by "true"', { FORCE_COLOR: 'true' }, false, true, 1],
  ['a pipe, forced to 2', { FORCE_COLOR: '2' }, false, true, 2],
  ['a pipe, forced to 3', { FORCE_COLOR: '3' }, false, true, 3],
  ['a pipe, forced to more than there is', { FORCE_COLOR: '4' }, false, true, 1],
  ['a pipe, forced to nonsense', { FORCE_COLOR: 'very' }, false, true, 1],
  ['a terminal, forced to none by 0', { FORCE_COLOR: '0', COLORTERM: 'truecolor' }, true, true, 0],
  ['a terminal, forced to none by "false"', { FORCE_COLOR: 'false' }, true, true, 0],
  ['a pipe, where FORCE_COLOR meets NO_COLOR', { FORCE_COLOR: '2', NO_COLOR: '1' }, false, true, 2],
  ['a pipe, where FORCE_COLOR meets --no-color', { FORCE_COLOR: '2' }, false, false, 2],
  ['a pipe, where FORCE_COLOR meets CI', { FORCE_COLOR: '1', CI: 'true' }, false, true, 1],
];

for (const [what, env, isTTY, wanted, level] of LEVELS) {
  test(`${what} gets colour level ${level}`, () => {
    assert.equal(colorLevel({ env }, { isTTY }, wanted), level);
  });
}
