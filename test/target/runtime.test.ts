import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { type Runtime, runtimeOf, runtimeOfImage } from '../../src/target/runtime.js';

const C_LIBRARY = 'libc.so.6';

/** A program, the files that are mapped into it, what stands in it: who manages its memory. */
const IMAGES: ReadonlyArray<
  readonly [program: string, mapped: readonly string[], texts: readonly string[], runtime: Runtime]
> = [
  ['/usr/local/bin/node', [C_LIBRARY], [], 'v8'],
  ['/usr/lib/erlang/erts-13.1.5/bin/beam.smp', [C_LIBRARY], [], 'beam'],
  ['/usr/bin/mono-sgen', [C_LIBRARY], [], 'mono'],
  ['/usr/bin/sbcl', [C_LIBRARY, 'sbcl.core'], [], 'sbcl'],
  ['/usr/bin/guile-3.0', [C_LIBRARY, 'libgc.so.1'], [], 'boehm'],
  ['/usr/bin/racket', [C_LIBRARY], [], 'racket'],
  ['/usr/bin/pypy3', [C_LIBRARY, 'libpypy3-c.so'], [], 'pypy'],
  ['/usr/bin/python3.11', [C_LIBRARY], [], 'cpython'],
  ['/usr/sbin/php-fpm8.2', [C_LIBRARY], [], 'php'],
  ['/usr/bin/lua5.4', [C_LIBRARY], [], 'lua'],
  ['/usr/lib/jvm/bin/java', [C_LIBRARY, 'libjvm.so'], [], 'jvm'],
  ['/usr/bin/uwsgi', [C_LIBRARY, 'libpython3.11.so.1.0'], [], 'cpython'],
  ['/usr/sbin/apache2', [C_LIBRARY, 'libphp8.2.so'], [], 'php'],
  ['/usr/sbin/haproxy', [C_LIBRARY, 'liblua5.4.so.0'], [], 'native'],
  ['/usr/bin/caddy', [], ['Go buildinf:'], 'go'],
  ['/usr/bin/ocsigenserver', [C_LIBRARY], ['OCAMLRUNPARAM'], 'ocaml'],
  ['/usr/bin/hledger-web', [C_LIBRARY], ['GHCRTS'], 'ghc'],
  ['/srv/image', [C_LIBRARY], ['com.oracle.svm'], 'unknown'],
  ['/srv/server', [C_LIBRARY], [], 'native'],
  ['/srv/static', [], ['glibc.malloc.'], 'native'],
  ['/srv/static', [], ['No error information'], 'native'],
  ['/srv/static', [], [], 'unknown'],
];

for (const [path, mapped, texts, runtime] of IMAGES) {
  const linked = [...mapped, ...texts].join(', ') || 'nothing that is known';
  test(`the memory of ${path} with ${linked} is managed as ${runtime}`, () => {
    const image = { mapped: new Set(mapped), generatedCodeBytes: 0 };
    const find = (wanted: readonly string[]) => wanted.find(text => texts.includes(text));
    assert.equal(runtimeOfImage(path, image, find), runtime);
  });
}

test('a program that makes much code as it runs is managed by nobody knows whom', () => {
  const image = { mapped: new Set([C_LIBRARY]), generatedCodeBytes: 2 ** 24 };
  assert.equal(
    runtimeOfImage('/srv/server', image, () => undefined),
    'unknown',
  );
});

test('of the programs of one server the most forgiving one counts', async () => {
  const child = spawn('cat', { stdio: ['pipe', 'pipe', 'ignore'] });
  try {
    // It runs once it answers: after exec, its libraries are still to be mapped.
    child.stdin.write('\n');
    await once(child.stdout, 'data');
    assert.ok(child.pid);
    assert.equal(runtimeOf([child.pid]), 'native');
    assert.equal(runtimeOf([process.pid, child.pid]), 'v8');
  } finally {
    child.kill();
  }
});
