import { toXml } from 'xast-util-to-xml';
import type { x } from 'xastscript';

/** An element of XML, SVG or HTML. */
export type Markup = ReturnType<typeof x>;

/**
 * Elements as XML text. The library escapes, all but the end of a CDATA section, which no text may hold; what no XML
 * may hold in any form becomes U+FFFD.
 */
export function serialize(tree: Markup): string {
  return toXml(tree, { closeEmptyElements: true })
    .replaceAll(']]>', ']]&gt;')
    .replace(/[^\n\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd');
}
