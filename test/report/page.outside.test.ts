import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parse } from 'parse5';
import type { Browser, Page } from 'playwright-core';
import { validateXML } from 'xmllint-wasm';
import { renderHtml } from '../../src/report/html.js';
import { renderSvg } from '../../src/report/svg.js';
import { FIND_TROUBLE, NO_BROWSER, openBrowser } from '../support/browser.js';
import { DRAWN } from '../support/drawn.js';

const WIDTHS = [400, 800, 1_600];
/** Where to put pictures of all pages, for those who want to look. */
const PICTURES = process.env['CHURN_PICTURES'];

for (const [name, report] of Object.entries(DRAWN)) {
  describe(`the page of ${name}`, () => {
    const html = renderHtml(report);
    const svg = renderSvg(report);

    it('is HTML without a mistake, and its picture is XML', async () => {
      const mistakes: string[] = [];
      parse(html, { onParseError: ({ code, startLine }) => mistakes.push(`${code} in line ${startLine}`) });
      assert.deepEqual(mistakes, []);
      const { valid, errors } = await validateXML({ xml: svg, normalization: 'format' });
      assert.ok(valid || errors.length === 0, errors.map(({ message }) => message).join('\n'));
    });

    it('asks for nothing and runs nothing', () => {
      for (const text of [html, svg]) {
        assert.doesNotMatch(text, /<script|<img|<link|<iframe|\son\w+=|@import|url\(/i);
        assert.doesNotMatch(text.replaceAll('http://www.w3.org/2000/svg', ''), /\s(href|src)=/i);
      }
    });

    it('has room for every word, in light and dark, at every width', {
      skip: NO_BROWSER ?? false,
    }, async () => {
      assert.deepEqual(await look(html, WIDTHS, 'light', name), []);
      // The dark page differs in its colours alone.
      assert.deepEqual(await look(html, WIDTHS.slice(0, 1), 'dark', name), []);
      const page = `<!doctype html><body style="margin:0">${svg}`;
      assert.deepEqual(await look(page, [1_000], 'light', `${name}-svg`), []);
    });
  });
}

describe('looking at a page', () => {
  const MISTAKES: ReadonlyArray<readonly [what: string, from: string | RegExp, to: string, trouble: RegExp]> =
    [
      ['labels that touch', /<text y=|<text x=|<text /, '<text x="0" y="16">touching</text>$&', /overlaps/],
      ['a label that is clipped', /(<text[^>]*x=")[\d.]+("[^>]*>cycles<)/, '$1 415$2', /clipped|overlaps/],
      ['ink that is too faint', '--faint:#57606a', '--faint:#b0b7be', /contrast/],
      ['a page that scrolls', '</h1>', `</h1><div style="width:3000px">wide</div>`, /scrolls/],
    ];
  for (const [what, from, to, trouble] of MISTAKES) {
    it(`finds ${what}`, { skip: NO_BROWSER ?? false }, async () => {
      const broken = renderHtml(DRAWN.leak).replace(from, to);
      assert.match((await look(broken, [800], 'light', 'broken')).join('\n'), trouble);
    });
  }
});

let browser: Browser | undefined;
before(async () => {
  browser = NO_BROWSER === undefined ? await openBrowser() : undefined;
});
after(() => browser?.close());

/** What a reader would stumble over, at each width. */
async function look(
  html: string,
  widths: readonly number[],
  colorScheme: 'light' | 'dark',
  name: string,
): Promise<string[]> {
  assert.ok(browser);
  const page = await browser.newPage({ colorScheme });
  try {
    const asked: string[] = [];
    const trouble: string[] = [];
    page.on('request', request => asked.push(request.url()));
    await page.setContent(html);
    for (const width of widths) {
      // High enough to see all of it at once: what lies under a word is asked of points in the window.
      await page.setViewportSize({ width, height: 6_000 });
      await takePicture(page, `${name}-${width}-${colorScheme}`);
      trouble.push(...((await page.evaluate(FIND_TROUBLE)) as string[]).map(said => `${width}: ${said}`));
    }
    assert.deepEqual(asked, []);
    return trouble;
  } finally {
    await page.close();
  }
}

async function takePicture(page: Page, name: string): Promise<void> {
  if (!PICTURES) return;
  const path = join(PICTURES, `${name.replaceAll(' ', '-')}.png`);
  const height = Number(await page.evaluate('document.body.offsetHeight'));
  const { width = 0 } = page.viewportSize() ?? {};
  await page.screenshot({ path, clip: { x: 0, y: 0, width, height } });
}
