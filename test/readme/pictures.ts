import { writeFileSync } from 'node:fs';
import { openBrowser } from '../support/browser.js';
import { drawTerminal, takeRun, wordsOf } from './take.js';

/** Makes the pictures of the README anew, of a real run: npm run pictures. */
const folder = new URL('../../../test/readme/', import.meta.url);
const { terminal, page } = await takeRun();
writeFileSync(
  new URL('terminal.svg', folder),
  `${drawTerminal('churn --port 9000 --cycles 3000', terminal)}\n`,
);
writeFileSync(new URL('page.txt', folder), `${wordsOf(page)}\n`);
const browser = await openBrowser();
try {
  const tab = await browser.newPage({ viewport: { width: 900, height: 780 }, colorScheme: 'light' });
  await tab.setContent(page);
  writeFileSync(new URL('page.png', folder), await tab.screenshot());
} finally {
  await browser.close();
}
