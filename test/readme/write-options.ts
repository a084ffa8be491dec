import { readFileSync, writeFileSync } from 'node:fs';
import { withOptionList } from './option-list.js';

/** `npm run options`: writes the list of options in the guide, from the table of options. */
const page = new URL('../../../src/guide/commands.md', import.meta.url);
writeFileSync(page, withOptionList(readFileSync(page, 'utf8')));
