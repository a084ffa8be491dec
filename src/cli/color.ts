import type { Io, Output } from './io.js';

/**
 * How much colour a stream gets: FORCE_COLOR wins (0 to 3), then `--no-color` and NO_COLOR, then whether it is a
 * terminal that can. CI logs are no terminals.
 */
export function colorLevel(
  io: Pick<Io, 'env'>,
  stream: Pick<Output, 'isTTY'>,
  wanted: boolean,
): 0 | 1 | 2 | 3 {
  const { FORCE_COLOR, NO_COLOR, TERM, COLORTERM, CI } = io.env;
  if (FORCE_COLOR !== undefined) {
    const level =
      FORCE_COLOR === '' || FORCE_COLOR === 'true' ? 1 : FORCE_COLOR === 'false' ? 0 : Number(FORCE_COLOR);
    return level >= 0 && level <= 3 ? (Math.floor(level) as 0 | 1 | 2 | 3) : 1;
  }
  if (!wanted || (NO_COLOR !== undefined && NO_COLOR !== '') || !stream.isTTY || TERM === 'dumb') return 0;
  if (CI !== undefined && CI !== '' && CI !== 'false') return 0;
  if (COLORTERM === 'truecolor') return 3;
  return TERM?.includes('256') ? 2 : 1;
}
