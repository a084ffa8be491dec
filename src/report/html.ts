import { x as element } from 'xastscript';
import { type Markup, serialize } from './markup.js';
import { heldSection, latencySection, measuredSection } from './page/measured.js';
import {
  findingsSection,
  gaugeSection,
  matrixSection,
  outputSection,
  reproduceSection,
  stageSection,
} from './page/sections.js';
import { PAGE_STYLE } from './page/style.js';
import { pictureSection, verdictSection } from './page/verdict.js';
import type { Report } from './report.js';

/** In the order of the page. What a report does not have gives no section. */
const SECTIONS: ReadonlyArray<(report: Report) => Markup[]> = [
  matrixSection,
  stageSection,
  pictureSection,
  findingsSection,
  outputSection,
  heldSection,
  gaugeSection,
  latencySection,
  measuredSection,
];

/** One page that needs nothing else: no script, no network. */
export function renderHtml(report: Report): string {
  const page = element('html', { lang: 'en' }, [
    element('head', [
      element('meta', { charset: 'utf-8' }),
      element('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
      element('meta', {
        'http-equiv': 'Content-Security-Policy',
        content: "default-src 'none'; style-src 'unsafe-inline'",
      }),
      element('title', `churn: ${report.summary}`),
      element('style', PAGE_STYLE),
    ]),
    element('body', [
      verdictSection(report),
      element('main', [...SECTIONS.flatMap(section => section(report)), reproduceSection(report)]),
    ]),
  ]);
  return `<!doctype html>\n${serialize(page)}\n`;
}
