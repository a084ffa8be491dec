import { basename } from 'node:path';
import { readProgramPath } from '../proc/process.js';
import { findInProgram, type ProgramImage, readProgramImage } from '../proc/program-image.js';

/**
 * Who manages the memory of a server. From the strictest to the most forgiving: of the programs of one server the last
 * one counts. `native` is malloc and free, `boehm` a conservative collector (Guile, ECL, Crystal), `unknown` a program
 * that makes code as it runs, or that links no C library, and that nothing else is known of.
 */
const RUNTIMES = [
  'native',
  'perl',
  'cpython',
  'php',
  'go',
  'lua',
  'ocaml',
  'boehm',
  'ruby',
  'mono',
  'pypy',
  'ghc',
  'beam',
  'racket',
  'v8',
  'dotnet',
  'sbcl',
  'jvm',
  'unknown',
] as const;
export type Runtime = (typeof RUNTIMES)[number];

/** By the name of the program: interpreters and virtual machines have one of their own. */
const BY_PROGRAM: ReadonlyArray<readonly [RegExp, Runtime]> = [
  [/^(node|nodejs|deno)[\d.]*$/, 'v8'],
  [/^(java|jruby)[\d.]*$/, 'jvm'],
  [/^python[\d.]*(-\w+)?$/, 'cpython'],
  [/^pypy[\d.]*(-c)?$/, 'pypy'],
  [/^ruby[\d.]*$/, 'ruby'],
  [/^lua(jit)?[\d.]*(-\w+)?$/, 'lua'],
  [/^perl[\d.]*$/, 'perl'],
  [/^php(-fpm|-cgi|dbg)?[\d.]*$/, 'php'],
  [/^(beam(\.smp)?|erl)$/, 'beam'],
  [/^mono(-sgen)?[\d.]*$/, 'mono'],
  [/^dotnet$/, 'dotnet'],
  [/^sbcl$/, 'sbcl'],
  [/^ocamlrun/, 'ocaml'],
  [/^guile/, 'boehm'],
  [/^racket/, 'racket'],
];

/** By a library. Not liblua: HAProxy and others link it for scripts that nobody has written. */
const BY_LIBRARY: ReadonlyArray<readonly [RegExp, Runtime]> = [
  [/^lib(node|v8)\b/, 'v8'],
  [/^libjvm\./, 'jvm'],
  [/^libpython[\d.]*\.so/, 'cpython'],
  [/^libpypy/, 'pypy'],
  [/^libruby/, 'ruby'],
  [/^libluajit/, 'lua'],
  [/^libperl\./, 'perl'],
  [/^libphp/, 'php'],
  [/^libcoreclr\./, 'dotnet'],
  [/^libmono(sgen)?-/, 'mono'],
  [/^(libgc|libguile|libecl)\b/, 'boehm'],
  [/^(lib)?camlrun/, 'ocaml'],
  [/^libHSrts/, 'ghc'],
  [/^lib(mozjs|julia|chicken|R\.so|phobos2|druntime)/, 'unknown'],
  // The heap of a Lisp or of a Smalltalk is mapped from a file.
  [/^sbcl\.core$/, 'sbcl'],
  [/\.(image|boot)$/, 'unknown'],
];

/** By what stands in a program that its runtime is linked into: variables that it reads, the mark of a linker. */
const BY_TEXT: Readonly<Record<string, Runtime>> = {
  'Go buildinf:': 'go',
  OCAMLRUNPARAM: 'ocaml',
  GHCRTS: 'ghc',
  SBCL_HOME: 'sbcl',
  GC_INITIAL_HEAP_SIZE: 'boehm',
  PYPY_GC_NURSERY: 'pypy',
  DOTNET_gcServer: 'dotnet',
  'com.oracle.svm': 'unknown',
  DRT_GCOPT: 'unknown',
  CHICKEN_INCLUDE_PATH: 'unknown',
  PLT_INCREMENTAL_GC: 'racket',
};

/** In a program that brings its C library along: the tunables of glibc, the first error message of musl, Rust. */
const STATIC_LIBRARIES = ['glibc.malloc.', 'No error information', 'RUST_BACKTRACE'];

/** The runtime of these processes, which make up one server. */
export function runtimeOf(pids: readonly number[]): Runtime {
  const byPath = new Map<string | undefined, Runtime>();
  for (const pid of pids) {
    const path = readProgramPath(pid);
    if (!byPath.has(path) && byPath.size < MAX_PROGRAMS) byPath.set(path, runtimeOfProcess(pid, path));
  }
  return RUNTIMES.findLast(runtime => [...byPath.values()].includes(runtime)) ?? 'unknown';
}

function runtimeOfProcess(pid: number, path: string | undefined): Runtime {
  return runtimeOfImage(path, readProgramImage(pid), texts => findInProgram(pid, texts));
}

/** Pure, but for the search in the program, which takes longest and is asked for last. */
export function runtimeOfImage(
  path: string | undefined,
  { mapped, generatedCodeBytes }: ProgramImage,
  find: (texts: readonly string[]) => string | undefined,
): Runtime {
  const program = basename(path ?? '');
  const named = BY_PROGRAM.find(([name]) => name.test(program));
  if (named) return named[1];
  const files = [...mapped];
  const linked = BY_LIBRARY.find(([name]) => files.some(file => name.test(file)));
  if (linked) return linked[1];
  const text = find(Object.keys(BY_TEXT));
  if (text !== undefined) return BY_TEXT[text] ?? 'unknown';
  if (generatedCodeBytes >= MUCH_CODE_BYTES) return 'unknown';
  const hasLibrary = files.some(file => /^(libc[.-]|ld-musl)/.test(file));
  return hasLibrary || find(STATIC_LIBRARIES) !== undefined ? 'native' : 'unknown';
}

/** Regular expressions are compiled too, to some KiB. */
const MUCH_CODE_BYTES = 2 ** 20;
/** Of one server: a look takes a millisecond. */
const MAX_PROGRAMS = 16;

/** Name of the executable, without its folder. */
export function programOf(pid: number): string | undefined {
  const path = readProgramPath(pid);
  return path === undefined ? undefined : basename(path);
}
