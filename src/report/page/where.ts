import { x as element } from 'xastscript';
import type { Place, Touch } from '../../where/found.js';
import type { Markup } from '../markup.js';
import type { ReportedFinding } from '../report.js';
import { callName, placeName, placeSentences, sourceLines } from '../where.js';

/** Where in the code: for each place the way of what was kept, and beside it that of what was let go. */
export function whereBlocks({ kind, where = [], whereRemarks = [] }: ReportedFinding): Markup[] {
  if (where.length === 0 && whereRemarks.length === 0) return [];
  return [
    element('h4', 'Where in the code'),
    ...where.flatMap(place => [
      ...placeSentences(kind, place).map(line => element('p', line)),
      element('div', { class: 'ways' }, ways(place)),
    ]),
    ...whereRemarks.map(line => element('p', { class: 'caption' }, line)),
  ];
}

function ways({ made, last, letGo, heap }: Place): Markup[] {
  return [
    way('What is kept', [
      ...step('made', made),
      ...step('touched last', last),
      ...step('kept by', heap?.keptBy ?? null),
    ]),
    ...(letGo
      ? [
          way('What was let go', [
            ...step('made', made),
            ...step('touched', letGo.before),
            ...step('let go', letGo.by),
          ]),
        ]
      : []),
  ];
}

function way(caption: string, steps: readonly Markup[]): Markup {
  return element('div', { class: 'way' }, [element('h5', caption), element('ol', [...steps])]);
}

/** One call with its stack, and the line of source where it was made. */
function step(verb: string, touch: Touch | null): Markup[] {
  if (!touch) return [];
  const [first, ...callers] = touch.frames;
  const lines = first ? sourceLines(first) : [];
  return [
    element('li', [
      `${verb}: `,
      element('code', callName(touch)),
      ...(first ? [' in ', element('code', placeName(first))] : []),
      ...(lines.length > 0 ? [element('pre', [element('code', lines.join('\n'))])] : []),
      ...(callers.length > 0
        ? [element('p', { class: 'caption' }, `called from ${callers.map(placeName).join(' ← ')}`)]
        : []),
    ]),
  ];
}
