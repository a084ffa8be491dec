import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
export const GUIDE = 'src/guide';

/** The README and the pages of the guide, whose names are small: the path of each below the repository, and its text. */
export const DOCUMENTS: ReadonlyArray<readonly [path: string, text: string]> = [
  'README.md',
  ...readdirSync(join(ROOT, GUIDE))
    .filter(name => /^[a-z-]+\.md$/.test(name))
    .sort()
    .map(name => `${GUIDE}/${name}`),
].map(path => [path, readFileSync(join(ROOT, path), 'utf8')]);
