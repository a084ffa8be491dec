import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

// Leaves of the declarations that tsc writes those that a user's program can reach: three in four are of files that the
// library bundles. `attw` fails when one is missing.
const types = 'dist/types';
const queue = ['index.d.ts', ...['assert', 'cycle', 'vitest', 'jest'].map(name => `library/${name}.d.ts`), 'library/jest.d.cts', 'library/cycle.d.cts'];
const reached = new Set();
for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
  if (reached.has(file)) continue;
  reached.add(file);
  const text = readFileSync(file.endsWith('.d.cts') ? join('src', file) : join(types, file), 'utf8');
  for (const [, to] of text.matchAll(/(?:from|import\()\s*['"](\.[^'"]+)['"]/g)) {
    queue.push(join(dirname(file), to).replace(/\.js$/, '.d.ts'));
  }
}
for (const file of readdirSync(types, { recursive: true })) {
  if (file.endsWith('.ts') && !reached.has(file)) rmSync(join(types, file));
}
