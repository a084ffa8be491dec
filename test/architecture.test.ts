import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

interface Import {
  /** A file of src ("proc/file.ts"), or the name of a package or builtin. */
  readonly to: string;
  readonly isTypeOnly: boolean;
}

interface SourceFile {
  /** Below src, with forward slashes. */
  readonly path: string;
  readonly text: string;
  /** The text without comments. */
  readonly code: string;
  readonly imports: readonly Import[];
}

const FILES = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .map(path => path.replaceAll('\\', '/'))
  .filter(path => path.endsWith('.ts'))
  .sort()
  .map(readSource);

const PROGRAMS: readonly string[] = [
  'cli/start.ts',
  'library/cycle-child.ts',
  'started/watchdog.ts',
  'demo/serve.ts',
];

/** The demo server reads its port range alone, as a program of its own. */
const READERS_OF_PROC: readonly string[] = ['demo/serve.ts'];

/** Each rule with its reason: what breaks it, one line for each place. */
const RULES: ReadonlyArray<readonly [rule: string, reason: string, violations: () => string[]]> = [
  [
    'nobody imports cli but cli',
    'the command line is one user of the library among others',
    () => importing(file => !inside('cli')(file), inside('cli')),
  ],
  [
    'nobody imports library but library, the public names and the engine of Artillery',
    'it is how programs use the tool, as cli is how people do',
    () =>
      importing(
        file => file !== 'index.ts' && !inside('library')(file) && !inside('artillery')(file),
        inside('library'),
      ),
  ],
  [
    'the engine of Artillery imports nothing but the entry for one cycle and the expected failure, and nobody imports it',
    'it is a package of its own, for machines on which nothing is judged',
    () => [
      ...importing(
        inside('artillery'),
        to => !inside('artillery')(to) && to !== 'library/cycle.ts' && to !== 'errors.ts',
      ),
      ...importing(file => !inside('artillery')(file), inside('artillery')),
    ],
  ],
  [
    'only library/vitest.ts imports vitest, and nobody imports jest',
    'who tests with one of them need not have the other',
    () => [
      ...importing(not('library/vitest.ts'), is('vitest')),
      ...importing(
        () => true,
        to => to === 'jest' || to.startsWith('@jest/'),
      ),
    ],
  ],
  [
    'verdict, report and options reach no code that does I/O',
    'what was measured is judged and told the same on every machine, and tested without one',
    () =>
      FILES.filter(file => ['verdict', 'report', 'options'].some(room => inside(room)(file.path))).flatMap(
        ioWithin,
      ),
  ],
  [
    'verdict takes nothing but types from those who measure',
    'a judge that could look again would not be judging the evidence',
    () =>
      FILES.filter(file => inside('verdict')(file.path)).flatMap(file =>
        file.imports
          .filter(
            ({ to, isTypeOnly }) =>
              !isTypeOnly &&
              ['proc', 'sampler', 'workload', 'target', 'gather'].some(room => inside(room)(to)),
          )
          .map(({ to }) => `${file.path} imports ${to}`),
      ),
  ],
  [
    'verdict does not know how it is told',
    'findings are data, words are found for them later',
    () => importing(inside('verdict'), inside('report')),
  ],
  [
    'only cli/start.ts, the cycle child and the demo servers know the global process',
    'the world comes in by one door of each program, so that tests can hand in another one',
    () =>
      FILES.filter(({ path }) => !PROGRAMS.includes(path))
        .filter(mentionsProcess)
        .map(({ path }) => path),
  ],
  [
    'only cli/program*.ts import commander',
    'arguments are parsed once, at the edge',
    () => importing(path => !/^cli\/program(-\w+)*\.ts$/.test(path), is('commander')),
  ],
  [
    'only the text report, an inspection, the live view and the demo import chalk',
    'colour is a matter of one way to tell, with a level that is handed in',
    () =>
      importing(
        path =>
          !['report/text.ts', 'report/inspection.ts', 'report/looks.ts', 'cli/commands/demo.ts'].includes(
            path,
          ) && !inside('cli/live')(path),
        is('chalk'),
      ),
  ],
  [
    'the live view is loaded on demand alone, and only by the progress of the command line',
    'a run in a pipe, or one that is over before anybody could read it, must not pay for it',
    () => importing(path => path !== 'cli/progress.ts' && !inside('cli/live')(path), inside('cli/live')),
  ],
  [
    'only proc/usage.ts imports pidusage',
    'it loses descriptors unless it is called with the right options',
    () => importing(not('proc/usage.ts'), is('pidusage')),
  ],
  [
    'only workload/histogram.ts imports hdr-histogram-js, and it is loaded on demand alone',
    'its loading would cost every run 9 ms',
    () => [
      ...importing(not('workload/histogram.ts'), to => to.startsWith('hdr-histogram-js')),
      ...FILES.filter(({ code }) => /^import (?!type)[^;]*histogram\.js/m.test(code)).map(({ path }) => path),
    ],
  ],
  [
    'only proc names files under /proc',
    'what the kernel writes is read and understood in one place',
    () =>
      FILES.filter(({ path }) => !inside('proc')(path) && !READERS_OF_PROC.includes(path))
        .filter(({ code }) => NAMES_PROC.test(code))
        .map(({ path }) => path),
  ],
  [
    'sampler, workload and target do not know each other',
    'who is under test, what it holds and what it is put through are three questions',
    () =>
      ['sampler', 'workload', 'target'].flatMap((room, _, rooms) =>
        importing(inside(room), to => rooms.some(other => other !== room && inside(other)(to))),
      ),
  ],
  [
    'nobody knows of a server that is started but its story, and it knows nothing of how it is tried',
    'every part of a run works the same for a server that runs already',
    () => [
      ...importing(
        path => !inside('started')(path) && path !== 'session/run-started.ts',
        to => inside('started')(to) && !COMPANION.includes(to) && to !== FACTS_FOR_THE_JUDGE,
      ),
      ...importing(inside('started'), to =>
        ['cli', 'gather', 'report', 'sampler', 'workload', 'verdict'].some(room => inside(room)(to)),
      ),
    ],
  ],
  [
    'proc imports nothing above it',
    'it reads one file of the kernel at a time and has no opinion about servers',
    () => importing(inside('proc'), to => isSource(to) && !inside('proc')(to) && to !== 'errors.ts'),
  ],
  [
    'the leaves import nothing of ours',
    'everybody may import them',
    () =>
      importing(
        path => ['errors.ts', 'exit-words.ts', 'not-measured.ts', 'units.ts', 'version.ts'].includes(path),
        isSource,
      ),
  ],
  ['no imports go round in a circle', 'in a circle nothing can be understood first', () => cycles()],
  [
    'packages at run time are those of package.json',
    'what is installed with the tool is all that it may need',
    () =>
      importing(
        () => true,
        // 'expect' is jest's, named for its types alone.
        to =>
          !isSource(to) && !to.startsWith('node:') && ![...dependencies(), 'expect'].includes(packageOf(to)),
      ),
  ],
  [
    'builtin modules are named with node:',
    'nobody has to ask whether a name is a package',
    () =>
      importing(
        () => true,
        to => BUILTINS_THAT_DO_IO.includes(`node:${to}`),
      ),
  ],
  [
    'no file is longer than 350 lines',
    'a file that does one thing is shorter',
    () => FILES.filter(({ text }) => lines(text) > 350).map(({ path, text }) => `${path}: ${lines(text)}`),
  ],
  [
    'no exception outlives its reason',
    'it would hide the next one',
    () => READERS_OF_PROC.filter(path => !NAMES_PROC.test(textOf(path))),
  ],
  [
    'no name says what sort of code it is instead of what it is about',
    'utils, helpers, managers and types collect what has no place',
    () =>
      FILES.map(({ path }) => path).filter(path =>
        /(^|\/)(utils?|helpers?|managers?|types?)(\/|\.)|(manager|helper|util)s?\.ts$/i.test(path),
      ),
  ],
];

/** Types alone, of what is known of a checker when it has spoken. */
const FACTS_FOR_THE_JUDGE = 'started/checked-process.ts';

/** What `serve` and `watch` start is no server, and lives and ends in the same way. */
const COMPANION = ['started/companion.ts', 'started/world.ts'];

/** A string that begins with /proc; advice that speaks of it is another matter. */
const NAMES_PROC = /['"`]\/proc\b/;

const BUILTINS_THAT_DO_IO = [
  'node:child_process',
  'node:cluster',
  'node:dgram',
  'node:dns',
  'node:dns/promises',
  'node:fs',
  'node:fs/promises',
  'node:http',
  'node:http2',
  'node:https',
  'node:net',
  'node:os',
  'node:process',
  'node:readline',
  'node:timers',
  'node:timers/promises',
  'node:tls',
  'node:worker_threads',
];

for (const [rule, reason, violations] of RULES) {
  test(`${rule}: ${reason}`, () => {
    assert.deepEqual(violations(), []);
  });
}

test('the program that is installed starts the command line and does nothing else', () => {
  const lines = readFileSync(join(ROOT, 'bin/churn.js'), 'utf8').trim().split('\n');
  assert.equal(lines[0], '#!/usr/bin/env node');
  assert.equal(lines[2], "import('../dist/cli/start.js').catch(({ message }) => {");
  assert.equal(lines.length, 7, 'and says when it cannot');
});

/** The rules above are worth what the reading of the imports is worth. */
test('imports of all sorts are seen', () => {
  const text = `import fs from 'node:fs';
import type { A } from './a.js';
import { type B, type C } from './b.js';
import { type D, e } from './c.js';
import {
  f,
  type G,
} from "./d.js";
import './e.js';
export * from './f.js';
export type { H } from './g.js';
export { type I, j } from './h.js';
const k = await import('./i.js');
let l: import('./j.js').L;
// import m from './comment.js';
/* import n from './comment.js'; */
`;
  assert.deepEqual(
    importsOf('room/x.ts', withoutComments(text)).map(
      ({ to, isTypeOnly }) => `${to}${isTypeOnly ? ' (type)' : ''}`,
    ),
    [
      'node:fs',
      'room/a.ts (type)',
      'room/b.ts (type)',
      'room/c.ts',
      'room/d.ts',
      'room/e.ts',
      'room/f.ts',
      'room/g.ts (type)',
      'room/h.ts',
      'room/i.ts',
      'room/j.ts',
    ],
  );
});

const MENTIONS: ReadonlyArray<readonly [code: string, mentions: boolean]> = [
  ['process.exit(1)', true],
  ['const { argv } = process;', true],
  ['globalThis.process', true],
  ["import { argv } from 'node:process';", true],
  ["import { hrtime } from 'node:process';", false],
  ['if (process.pid === pid) return;', true],
  ['for (const process of all) seen.add(process.pid);', false],
  ['all.map(process => process.pid)', false],
  ['all.map((process) => process.fds)', false],
  ['function depthOf(process: InspectedProcess, all: InspectedProcess[]) { return process.pid; }', false],
  ['for (const process of all) process.exit();', true],
  ['throw new Error(`The process that listens there`);', false],
  ["import { readFds } from './process.js';", false],
];

for (const [code, mentions] of MENTIONS) {
  test(`${code} ${mentions ? 'knows' : 'does not know'} the global process`, () => {
    assert.equal(
      mentionsProcess({ path: 'x.ts', text: code, code, imports: importsOf('x.ts', code) }),
      mentions,
    );
  });
}

test('every folder of src is read', () => {
  const rooms = new Set(FILES.map(({ path }) => path.split('/')[0]));
  for (const room of [
    'cli',
    'options',
    'proc',
    'report',
    'sampler',
    'session',
    'target',
    'verdict',
    'workload',
  ])
    assert.ok(rooms.has(room), room);
});

function readSource(path: string): SourceFile {
  const text = readFileSync(join(ROOT, 'src', path), 'utf8');
  const code = withoutComments(text);
  return { path, text, code, imports: importsOf(path, code) };
}

/** Comments go, strings stay: a "//" within a string is told by the quote before it. */
function withoutComments(text: string): string {
  return text.replaceAll(
    /('(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`)|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g,
    (_, quoted) => quoted ?? '',
  );
}

function importsOf(path: string, code: string): Import[] {
  const found = code.matchAll(
    /(?:^|\n)\s*(?:import|export)\s+(type\s)?([^'";]*?)\s*from\s*['"]([^'"]+)['"]|(?:^|\n)import\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g,
  );
  return [...found].map(([, type, names, from, bare, dynamic]) => ({
    to: resolveImport(path, from ?? bare ?? dynamic ?? ''),
    isTypeOnly: type !== undefined || (names !== undefined && isListOfTypes(names)),
  }));
}

/** "{ type A, type B }" */
function isListOfTypes(names: string): boolean {
  const [, list] = /^\{([\s\S]*)\}$/.exec(names.trim()) ?? [];
  const parts = list
    ?.split(',')
    .map(name => name.trim())
    .filter(name => name !== '');
  return parts?.every(name => name.startsWith('type ')) ?? false;
}

function resolveImport(path: string, name: string): string {
  return name.startsWith('.')
    ? join(dirname(path), name).replaceAll('\\', '/').replace(/\.js$/, '.ts')
    : name;
}

function inside(room: string): (path: string) => boolean {
  return path => path === room || path.startsWith(`${room}/`);
}

function is(name: string): (path: string) => boolean {
  return path => path === name;
}

function not(name: string): (path: string) => boolean {
  return path => path !== name;
}

function isSource(to: string): boolean {
  return to.endsWith('.ts') || to.endsWith('.json');
}

function importing(from: (path: string) => boolean, to: (path: string) => boolean): string[] {
  return FILES.filter(file => from(file.path)).flatMap(file =>
    file.imports.filter(imported => to(imported.to)).map(imported => `${file.path} imports ${imported.to}`),
  );
}

/** The builtins that do I/O and are loaded, by whatever way, when this file is. */
function ioWithin(file: SourceFile): string[] {
  const seen = new Set<string>();
  const queue = [file];
  const found: string[] = [];
  for (let next = queue.pop(); next; next = queue.pop()) {
    for (const { to, isTypeOnly } of next.imports) {
      if (isTypeOnly || seen.has(to)) continue;
      seen.add(to);
      if (BUILTINS_THAT_DO_IO.includes(to)) found.push(`${file.path} loads ${to} by way of ${next.path}`);
      const source = FILES.find(({ path }) => path === to);
      if (source) queue.push(source);
    }
  }
  return found;
}

/** hrtime is the one clock of the kernel's log, and nothing of this process. */
const ONLY_THE_CLOCK = /^import \{ hrtime \} from 'node:process';$/m;

/**
 * `process` is a good name for a parameter too. A file knows the global one when it takes from it what only the global
 * one has, or names it without having given that name to anything itself.
 */
function mentionsProcess({ code, imports }: SourceFile): boolean {
  if (
    (imports.some(({ to }) => to === 'node:process' || to === 'process') && !ONLY_THE_CLOCK.test(code)) ||
    /\bglobalThis\.process\b/.test(code)
  )
    return true;
  const own = new Set(
    [...code.matchAll(/(?<![\w./'"-])process\??\.(\w+)/g)].map(([, member]) => member ?? ''),
  );
  if ([...own].some(member => member !== 'pid' && member in process)) return true;
  const binds = /\bprocess\s*=>|[(,]\s*process\s*[:,)]|\b(?:const|let)\s+process\b/.test(code);
  return !binds && (own.size > 0 || /=\s*process\b/.test(code));
}

function cycles(): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]) => {
    const at = trail.indexOf(path);
    if (at >= 0) found.push([...trail.slice(at), path].join(' → '));
    if (at >= 0 || done.has(path)) return;
    for (const { to } of FILES.find(file => file.path === path)?.imports ?? []) visit(to, [...trail, path]);
    done.add(path);
  };
  for (const { path } of FILES) visit(path, []);
  return found;
}

function dependencies(): string[] {
  const packaged = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
    peerDependencies: Record<string, string>;
  };
  return Object.keys({ ...packaged.dependencies, ...packaged.peerDependencies });
}

/** The package of a file in it: "commander/esm.mjs" is of commander. */
function packageOf(name: string): string {
  return name.split('/', name.startsWith('@') ? 2 : 1).join('/');
}

function textOf(path: string): string {
  return FILES.find(file => file.path === path)?.text ?? '';
}

function lines(text: string): number {
  return text.trimEnd().split('\n').length;
}
