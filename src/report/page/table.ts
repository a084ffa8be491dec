import { x as element } from 'xastscript';
import type { Markup } from '../markup.js';

/**
 * A table that scrolls by itself where it is too wide; what is said of it does not. The first cell of a row names it.
 */
export function table(
  caption: string,
  head: readonly string[],
  rows: ReadonlyArray<readonly string[]>,
): Markup[] {
  return [
    element('p', { class: 'caption' }, caption),
    // A region that scrolls has to be reachable by keyboard, and a name.
    element('div', { class: 'scroll', role: 'region', tabindex: '0', 'aria-label': caption }, [
      tableElement(caption, head, rows),
    ]),
  ];
}

/** A table of names and sentences: those are broken into lines, never scrolled away. */
export function sayings(
  caption: string,
  rows: ReadonlyArray<readonly [name: string, text: string]>,
): Markup[] {
  if (rows.length === 0) return [];
  return [
    element('p', { class: 'caption' }, caption),
    element('div', { class: 'said' }, [tableElement(caption, ['what', 'said'], rows)]),
  ];
}

function tableElement(
  caption: string,
  head: readonly string[],
  rows: ReadonlyArray<readonly string[]>,
): Markup {
  return element('table', { 'aria-label': caption }, [
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
          ...cells.map((cell, at) => element('td', spanOf(at, cells, head), filled(cell))),
        ]),
      ),
    ),
  ]);
}

/** A sentence in the place of figures goes over all columns that are left. */
function spanOf(at: number, cells: readonly string[], head: readonly string[]): Record<string, string> {
  const left = head.length - 1 - at;
  return at === cells.length - 1 && left > 1 ? { colspan: String(left) } : {};
}

/** An empty element would be closed at once, and HTML does not know that. */
function filled(text: string): string {
  return text === '' ? '–' : text;
}
