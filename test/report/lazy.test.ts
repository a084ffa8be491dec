import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const DIST = fileURLToPath(new URL('../../../dist/', import.meta.url));
const STATIC = /(?:^|[;\n}])\s*(?:import|export)\s*(?:[\w*${}\s,]+from\s*)?["']([^"']+)["']/g;
const DYNAMIC = /\bimport\(\s*["']([^"']+)["']\s*\)/g;

test('a text run loads nothing that only another report needs', () => {
  const { packages } = loaded(['cli/start.js']);
  assert.deepEqual(
    [...packages].filter(name => !name.startsWith('node:')),
    [],
    'chalk, commander and pidusage are in the bundle',
  );
  assert.ok(!packages.has('node:tls'), 'node:tls is for the clients that speak it');
});

test('what the pictures need is loaded by somebody', () => {
  const files = new Set(['cli/start.js']);
  for (const file of files)
    for (const next of [...importedBy(file, STATIC), ...importedBy(file, DYNAMIC)]) files.add(next);
  const { packages } = loaded([...files]);
  for (const name of ['d3-scale', 'd3-shape', 'xastscript', 'xast-util-to-xml', '@cfworker/json-schema'])
    assert.ok(packages.has(name), name);
});

/** Files and packages that come with these, without any import(). */
function loaded(from: readonly string[]) {
  const files = new Set(from);
  const packages = new Set<string>();
  for (const file of files) {
    for (const next of importedBy(file, STATIC)) files.add(next);
    for (const [, name = ''] of textOf(file).matchAll(STATIC)) if (!name.startsWith('.')) packages.add(name);
  }
  return { files, packages };
}

function importedBy(file: string, kind: RegExp): string[] {
  return [...textOf(file).matchAll(kind)].flatMap(([, name = '']) =>
    name.startsWith('.') ? [join(file, '..', name)] : [],
  );
}

function textOf(file: string): string {
  return readFileSync(join(DIST, file), 'utf8');
}
