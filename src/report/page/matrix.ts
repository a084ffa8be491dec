import { x as element } from 'xastscript';
import type { Markup } from '../markup.js';
import type { Report } from '../report.js';
import { matrixTable } from '../thorough/matrix.js';
import { table } from './table.js';

/** Of a thorough run: which client the server is clean to. */
export function matrixSection({ runs, sentence }: Report): Markup[] {
  if (!runs) return [];
  const { head, rows } = matrixTable(runs);
  return [
    element('section', { 'aria-labelledby': 'matrix' }, [
      element('h2', { id: 'matrix' }, 'Each client by itself'),
      ...table(sentence ?? 'Each client by itself', head, rows),
    ]),
  ];
}
