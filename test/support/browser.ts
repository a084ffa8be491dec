import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';

/** Why pages cannot be looked at here; undefined where they can. In CI a missing browser is a failure, not a reason. */
export const NO_BROWSER =
  existsSync(CHROMIUM) || process.env['CI'] ? undefined : 'needs Debian\u2019s chromium: bash .ci/packages';

/** A browser without a window, with a profile of its own. The caller closes it. */
export async function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/**
 * Runs in the page: everything that a reader would stumble over, one line each. Text that leaves the page or its
 * picture, labels that touch, text with a contrast below 4.5 to what lies under it.
 */
export const FIND_TROUBLE = `(() => {
  const trouble = [];
  const say = (what, element) => trouble.push(what + ': ' + element.textContent.trim().slice(0, 60));
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth) trouble.push('the page scrolls sideways: ' + root.scrollWidth);
  for (const svg of document.querySelectorAll('svg')) {
    const frame = svg.getBoundingClientRect();
    const labels = [...svg.querySelectorAll('text')].filter(label => label.closest('svg') === svg);
    const boxes = labels.map(label => label.getBoundingClientRect());
    boxes.forEach((box, at) => {
      if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 ||
          box.bottom > frame.bottom + 1) say('clipped', labels[at]);
      boxes.slice(0, at).forEach((other, index) => {
        const wide = Math.min(box.right, other.right) - Math.max(box.left, other.left);
        const high = Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top);
        if (wide > 1 && high > 3) say('overlaps "' + labels[index].textContent + '"', labels[at]);
      });
    });
  }
  const parse = color => {
    const [r, g, b, a = 1] = color.match(/[\\d.]+/g).map(Number);
    return { rgb: [r, g, b], a };
  };
  const over = (top, ground) => top.rgb.map((part, at) => part * top.a + ground[at] * (1 - top.a));
  const luminance = rgb => {
    const [r, g, b] = rgb.map(part => (part /= 255) <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const paintOf = element => {
    const style = getComputedStyle(element);
    if (!(element instanceof SVGElement)) return parse(style.backgroundColor);
    if (element.tagName !== 'rect') return { rgb: [0, 0, 0], a: 0 };
    const paint = parse(style.fill);
    return { ...paint, a: paint.a * Number(style.fillOpacity) };
  };
  const own = element => [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim() !== '');
  let looked = 0;
  for (const element of document.querySelectorAll('body *')) {
    if (!own(element) || ['title', 'desc', 'style', 'STYLE'].includes(element.tagName)) continue;
    const box = element.getBoundingClientRect();
    if (box.width === 0 || element.closest('details:not([open]) > :not(summary)')) continue;
    const inScroller = element.closest('.scroll');
    if (!inScroller && (box.right > innerWidth + 1 || box.left < -1)) say('leaves the page', element);
    if (inScroller && box.left > inScroller.getBoundingClientRect().right) continue;
    const x = Math.min(box.left + box.width / 2, innerWidth - 2);
    const under = document.elementsFromPoint(x, box.top + box.height / 2).filter(one => one !== element);
    let ground = [255, 255, 255];
    for (const one of [document.documentElement, document.body, ...under.reverse(), element]) {
      if (one === element && element instanceof SVGElement) continue;
      ground = over(paintOf(one), ground);
    }
    const style = getComputedStyle(element);
    const ink = over(parse(element instanceof SVGElement ? style.fill : style.color), ground);
    const [light, dark] = [luminance(ink), luminance(ground)].sort((a, b) => b - a);
    const contrast = (light + 0.05) / (dark + 0.05);
    if (contrast < 4.5) say('contrast ' + contrast.toFixed(2), element);
    looked++;
  }
  if (looked < 2) trouble.push('hardly any text was looked at: ' + looked);
  return trouble;
})()`;
