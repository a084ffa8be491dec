import { x as element } from 'xastscript';
import type { Markup } from '../markup.js';

/** A table that scrolls by itself where it is too wide. The first cell of a row names it. */
export function table(
  caption: string,
  head: readonly string[],
  rows: ReadonlyArray<readonly string[]>,
): Markup {
  // A region that scrolls has to be reachable by keyboard, and a name.
  return element('div', { class: 'scroll', role: 'region', tabindex: '0', 'aria-label': caption }, [
    element('table', [
      element('caption', caption),
      element('thead', [
        element(
          'tr',
          head.map(name => element('th', { scope: 'col' }, filled(name))),
        ),
      ]),
      element(
        'tbody',
        rows.map(([name = '', ...cells]) =>
          element('tr', [
            element('th', { scope: 'row' }, filled(name)),
            ...cells.map(cell => element('td', filled(cell))),
          ]),
        ),
      ),
    ]),
  ]);
}

/** An empty element would be closed at once, and HTML does not know that. */
function filled(text: string): string {
  return text === '' ? '–' : text;
}
