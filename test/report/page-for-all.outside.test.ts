import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { renderHtml } from '../../src/report/html.js';
import type { Report } from '../../src/report/report.js';
import { NO_BROWSER, openBrowser } from '../support/browser.js';
import { DRAWN } from '../support/drawn.js';

/** A sheet of A4 without its margins, in CSS pixels. */
const PAPER = { width: 718, height: 1_047 };
const PAGES = {
  'a leak': DRAWN.leak,
  'a thorough run': DRAWN['thorough run'],
  'many clients': DRAWN['clients of every sort'],
  'a started server': DRAWN['hostile started server'],
} as const satisfies Record<string, Report>;

describe('a page is for all', { skip: NO_BROWSER ?? false }, () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser?.close());

  async function withPage(html: string, then: (page: Page) => Promise<void>): Promise<void> {
    const page = await browser.newPage({ viewport: PAPER, colorScheme: 'dark' });
    try {
      await page.setContent(html);
      await then(page);
    } finally {
      await page.close();
    }
  }

  for (const [name, report] of Object.entries(PAGES)) {
    const html = renderHtml(report);

    it(`who hears that of ${name} knows what each picture, heading and table is`, () =>
      withPage(html, async page => assert.deepEqual(unheard(await heardOf(page)), [])));

    it(`who prints that of ${name} gets all of it on white paper`, () =>
      withPage(html, async page => {
        await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
        assert.deepEqual(await page.evaluate(FIND_UNPRINTED), []);
        assert.equal((await page.pdf({ format: 'A4' })).subarray(0, 5).toString(), '%PDF-');
      }));
  }

  const html = renderHtml(DRAWN.leak);
  const UNHEARD: ReadonlyArray<readonly [what: string, from: string | RegExp, to: string, trouble: RegExp]> =
    [
      [
        'a picture without a name',
        /aria-labelledby="panel-0[^"]*"><title.*?<\/title>/,
        '>',
        /image without a name/,
      ],
      [
        'a heading that is left out',
        /<h2 id="held">(.*?)<\/h2>/,
        '<h4 id="held">$1</h4>',
        /heading 4 after 2/,
      ],
      ['a table without a name', /<table aria-label="[^"]*"/, '<table', /table without a name/],
      [
        'a table without heads',
        /<th scope="col">([^<]*)<\/th>/g,
        '<td>$1</td>',
        /table without columnheader/,
      ],
      ['a head without its scope', '<th scope="row">', '<th>', /without scope/],
    ];
  for (const [what, from, to, trouble] of UNHEARD) {
    it(`looking for that finds ${what}`, () =>
      withPage(html.replace(from, to), async page =>
        assert.match(unheard(await heardOf(page)).join('\n'), trouble),
      ));
  }

  const UNPRINTED: ReadonlyArray<
    readonly [what: string, from: string | RegExp, to: string, trouble: RegExp]
  > = [
    ['a dark ground', '@media screen and', '@media', /dark ground/],
    ['words that are cut off', '.scroll{overflow:visible}', '', /scrolled away|cut off/],
  ];
  for (const [what, from, to, trouble] of UNPRINTED) {
    it(`looking at paper finds ${what}`, () => {
      const broken = renderHtml(DRAWN['clients of every sort'])
        .replaceAll(from, to)
        .replace('th,td{white-space:normal', 'th,td{white-space:nowrap');
      return withPage(broken, async page => {
        await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
        assert.match(((await page.evaluate(FIND_UNPRINTED)) as string[]).join('\n'), trouble);
      });
    });
  }
});

interface Heard {
  readonly nodeId: string;
  readonly parentId?: string;
  readonly ignored: boolean;
  readonly role?: { readonly value: string };
  readonly name?: { readonly value: string };
  readonly properties?: ReadonlyArray<{
    readonly name: string;
    readonly value: { readonly value?: unknown };
  }>;
}

/** The accessibility tree, in the order in which it is read, and how many heads of tables have no scope. */
async function heardOf(page: Page): Promise<{ readonly nodes: readonly Heard[]; readonly bare: number }> {
  const session = await page.context().newCDPSession(page);
  const { nodes } = (await session.send('Accessibility.getFullAXTree')) as unknown as { nodes: Heard[] };
  const bare = Number(await page.evaluate(`document.querySelectorAll('th:not([scope])').length`));
  return { nodes, bare };
}

function unheard({ nodes, bare }: Awaited<ReturnType<typeof heardOf>>): string[] {
  const all = (...roles: readonly string[]) =>
    nodes.filter(({ role, ignored }) => !ignored && roles.includes(role?.value ?? ''));
  const nameless = all('image', 'img', 'table', 'region')
    .filter(({ name }) => !name?.value)
    .map(({ role }) => `${role?.value} without a name`);
  const levels = [0, ...all('heading').map(levelOf)];
  const jumps = levels.flatMap((level, index) =>
    index > 0 && level > (levels[index - 1] ?? 0) + 1 ? [`heading ${level} after ${levels[index - 1]}`] : [],
  );
  const parents = new Map(nodes.map(({ nodeId, parentId }) => [nodeId, parentId]));
  const isIn = (inner: Heard, outer: Heard) => {
    for (let at: string | undefined = inner.nodeId; at !== undefined; at = parents.get(at))
      if (at === outer.nodeId) return true;
    return false;
  };
  const headless = all('table').flatMap(one =>
    ['columnheader', 'rowheader'].flatMap(role =>
      all(role).some(head => isIn(head, one)) ? [] : [`table without ${role}`],
    ),
  );
  return [
    ...nameless,
    ...jumps,
    ...headless,
    ...(levels.filter(level => level === 1).length === 1 ? [] : ['not one heading of level 1']),
    ...(bare > 0 ? [`heads of tables without scope: ${bare}`] : []),
  ];
}

function levelOf({ properties = [] }: Heard): number {
  return Number(properties.find(({ name }) => name === 'level')?.value.value ?? 0);
}

/** Runs in the page: what would be missing on paper. */
const FIND_UNPRINTED = `(() => {
  const trouble = [];
  const dark = color => {
    const [r, g, b, a = 1] = color.match(/[\\d.]+/g).map(Number);
    return a > 0.1 && (r + g + b) / 3 < 200;
  };
  for (const element of [document.documentElement, ...document.querySelectorAll('body, body *')]) {
    const style = getComputedStyle(element);
    if (!(element instanceof SVGElement) && dark(style.backgroundColor)) trouble.push('dark ground: ' + element.tagName);
    const box = element.getBoundingClientRect();
    if (box.width > 0 && !element.closest('svg') && (box.right > innerWidth + 1 || box.left < -1))
      trouble.push('cut off: ' + element.tagName + ' ' + element.textContent.trim().slice(0, 40));
    if (style.overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1 && !element.closest('svg'))
      trouble.push('scrolled away: ' + element.tagName + ' ' + element.className);
  }
  return [...new Set(trouble)].slice(0, 20);
})()`;
